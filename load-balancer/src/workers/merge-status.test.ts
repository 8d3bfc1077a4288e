import {
  Counter,
  Gauge,
  Histogram,
  createRegistry,
  mergeMetrics,
} from "@canarec/service-kit/metrics";
import { describe, expect, it } from "vitest";
import { NO_STATUS, countersOf, countsOf, mergeStatus } from "./merge-status.ts";
import type { WorkerStatus } from "./serving-worker.ts";

const replica = (available: boolean) => ({ name: "main-1", available, inFlight: 2 });

function worker(attempts: number, changes: Partial<WorkerStatus> = {}, available = true) {
  const main = {
    ...{ attempts, failures: attempts / 10 },
    ...{ available: Number(available), replicas: [replica(available)] },
  };
  const nightly = { attempts: 0, failures: 0, available: 0, replicas: [] };
  return {
    serving: true,
    readiness: { ready: true } as const,
    tracks: { main, nightly },
    shadow: { ...NO_STATUS.shadow, requests: attempts, overlap: attempts / 2 },
    ...changes,
  };
}

describe("mergeStatus", () => {
  it("sums counts and requests under way", () => {
    const { tracks, shadow } = mergeStatus([worker(10), worker(30)]);
    expect(tracks.main).toEqual({
      ...{ attempts: 40, failures: 4, available: 1 },
      replicas: [{ name: "main-1", available: true, inFlight: 4 }],
    });
    expect(shadow).toMatchObject({ requests: 40, overlap: 20, errors: 0 });
  });

  it("says that a replica is available where every worker that serves does", () => {
    const starting = worker(0, { serving: false, readiness: { ready: false, reason: "starting" } });
    const merged = mergeStatus([worker(10), worker(10, {}, false), starting]);
    expect(merged.tracks.main.replicas).toMatchObject([{ available: false }]);
    expect(merged.tracks.main.available).toBe(0);
    expect(mergeStatus([worker(10), starting]).tracks.main.available).toBe(1);
  });

  it("is ready where one of those that serve is, and not degraded where one is not", () => {
    const degraded = worker(0, { readiness: { ready: true, degraded: "the popular list serves" } });
    const unready = worker(0, { readiness: { ready: false, reason: "no replica" } });
    expect(mergeStatus([unready, degraded]).readiness).toMatchObject({ ready: true });
    expect(mergeStatus([degraded, worker(0)]).readiness).toEqual({ ready: true });
    expect(mergeStatus([unready, NO_STATUS]).readiness).toMatchObject({ reason: "no replica" });
    expect(mergeStatus([NO_STATUS]).readiness).toMatchObject({ ready: false });
  });

  it("keeps the counts of a worker that has ended, and nothing else of it", () => {
    const merged = mergeStatus([worker(10), countsOf(worker(30))]);
    expect(merged.tracks.main).toMatchObject({ attempts: 40, failures: 4, available: 1 });
    expect(merged.tracks.main.replicas).toMatchObject([{ inFlight: 2 }]);
    expect(merged.shadow.requests).toBe(40);
  });
});

describe("countersOf", () => {
  it("keeps what only grows", async () => {
    const registry = createRegistry("test");
    const registers = [registry];
    new Counter({ name: "asked_total", help: "-", registers }).inc(3);
    new Gauge({ name: "waiting", help: "-", registers }).set(5);
    new Histogram({ name: "took_seconds", help: "-", buckets: [1], registers }).observe(0.5);
    const values = await registry.getMetricsAsJSON();
    const text = await mergeMetrics([countersOf(values), values]).metrics();
    expect(text).toContain('asked_total{service="test"} 6');
    expect(text).toContain('waiting{service="test"} 5');
    expect(text).toContain('took_seconds_count{service="test"} 2');
  });
});
