import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import { fixedRouting } from "./fixed-routing.ts";
import { openLiveRouting } from "./live-routing.ts";

const START = Date.parse("2026-03-01T12:00:00Z");

beforeEach(() => {
  vi.useFakeTimers({ now: START });
});
afterEach(() => {
  vi.useRealTimers();
});

const snapshot = (changes: Partial<RoutingSnapshot> = {}): RoutingSnapshot =>
  RoutingSnapshot.parse({
    v: 1,
    version: 1,
    epoch: 1,
    nightlyWeight: 0.5,
    salt: "r1",
    step: 4,
    releaseId: 1,
    leaseEndsAt: new Date(Date.now() + 30_000).toISOString(),
    replicas: {
      main: [{ name: "main-1", url: "http://127.0.0.1:9001" }],
      nightly: [{ name: "nightly-1", url: "http://127.0.0.1:9002" }],
    },
    pinned: {},
    ...changes,
  });

function open() {
  const changed: number[] = [];
  const lost: number[] = [];
  const routing = openLiveRouting(fixedRouting(["http://127.0.0.1:9001"]), {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    changed: ({ nightlyWeight }) => changed.push(nightlyWeight),
    leaseLost: ({ version }) => lost.push(version),
  });
  return { routing, changed, lost };
}

describe("a lease", () => {
  it("that nobody renews ends nightly's weight by itself, once and for all", () => {
    const { routing, changed, lost } = open();
    expect(routing.offer(snapshot())).toEqual({ version: 1, epoch: 1 });
    vi.advanceTimersByTime(29_999);
    expect(routing.current().nightlyWeight).toBe(0.5);
    vi.advanceTimersByTime(1);
    expect(routing.current()).toMatchObject({ nightlyWeight: 0, releaseId: null, version: 1 });
    expect(lost).toEqual([1]);
    expect(routing.offer(snapshot())).toEqual({ version: 1, epoch: 1, refused: "lease_lost" });
    expect(routing.current().nightlyWeight).toBe(0);
    expect(routing.offer(snapshot({ version: 2 }))).toEqual({ version: 2, epoch: 1 });
    expect(changed).toEqual([0.5, 0, 0.5]);
  });

  it("goes on while it is renewed, which changes nothing else", () => {
    const { routing, changed, lost } = open();
    routing.offer(snapshot());
    for (let n = 0; n < 20; n += 1) {
      vi.advanceTimersByTime(10_000);
      expect(routing.offer(snapshot()).refused).toBeUndefined();
    }
    expect(routing.current().nightlyWeight).toBe(0.5);
    expect([changed, lost]).toEqual([[0.5], []]);
  });

  it("is not lengthened or shortened by a clock that jumps after it came", () => {
    const { routing } = open();
    routing.offer(snapshot());
    vi.setSystemTime(START - 3_600_000);
    vi.advanceTimersByTime(30_000);
    expect(routing.current().nightlyWeight).toBe(0);
    routing.offer(snapshot({ version: 2 }));
    vi.setSystemTime(START + 86_400_000);
    vi.advanceTimersByTime(29_000);
    expect(routing.current().nightlyWeight).toBe(0.5);
  });

  it("of a snapshot that is stale when it comes has ended", () => {
    const { routing, lost } = open();
    routing.offer(snapshot({ leaseEndsAt: new Date(Date.now() - 1).toISOString() }));
    expect(routing.current().nightlyWeight).toBe(0);
    vi.advanceTimersByTime(0);
    expect(lost).toEqual([1]);
  });
});

describe("epochs", () => {
  it("keep a leader of the past out", () => {
    const { routing } = open();
    routing.offer(snapshot({ epoch: 5, version: 3 }));
    const old = snapshot({ epoch: 4, version: 9, nightlyWeight: 0.05 });
    expect(routing.offer(old)).toEqual({ version: 3, epoch: 5, refused: "older_epoch" });
    expect(routing.current().nightlyWeight).toBe(0.5);
  });
});

describe("a snapshot for another process", () => {
  const opened = (wallMs: () => number) => {
    const quiet = { changed: () => undefined, leaseLost: () => undefined };
    const first = fixedRouting(["http://127.0.0.1:9001"]);
    return openLiveRouting(first, { nowMs: () => performance.now(), wallMs, ...quiet });
  };

  it("has as much of the lease as is left here, though the clock on the wall was put back", () => {
    let jumpMs = 0;
    const wallMs = () => Date.now() + jumpMs;
    const routing = opened(wallMs);
    routing.offer(snapshot());
    vi.advanceTimersByTime(10_000);
    jumpMs = -3_600_000;
    const other = opened(wallMs);
    expect(other.offer(routing.held())).toEqual({ version: 1, epoch: 1 });
    vi.advanceTimersByTime(19_999);
    expect([routing, other].map((one) => one.current().nightlyWeight)).toEqual([0.5, 0.5]);
    vi.advanceTimersByTime(2);
    expect([routing, other].map((one) => one.current().nightlyWeight)).toEqual([0, 0]);
  });

  it("whose lease is lost is lost there too, and is not renewed", () => {
    const routing = opened(() => Date.now());
    routing.offer(snapshot());
    vi.advanceTimersByTime(30_001);
    const other = opened(() => Date.now());
    other.offer(routing.held());
    vi.advanceTimersByTime(1);
    expect(other.current().nightlyWeight).toBe(0);
    expect(other.offer(snapshot())).toMatchObject({ refused: "lease_lost" });
  });
});
