import { Counter, Gauge, type Registry } from "@canarec/service-kit/metrics";

/** What became of an event of the probe. */
export const PROBE_RESULTS = ["servable", "not_sent", "unknown"] as const;
export type ProbeResult = (typeof PROBE_RESULTS)[number];

/** What the probe tells of itself. */
export interface FreshnessMetrics {
  /** An event is on the stream. @param atMs when it happened. */
  began(atMs: number): void;
  /** It is under way no longer. @param seconds how long it took, of one that is servable. */
  ended(result: ProbeResult, seconds?: number): void;
}

/** The instruments of the probe; both gauges are absent until there is something to tell. */
export function createFreshnessMetrics(registry: Registry, nowMs: () => number): FreshnessMetrics {
  const registers = [registry];
  const last = new Gauge({
    name: "canarec_freshness_last_seconds",
    help: "Time from the probe's last event until every ready replica that answers served it",
    registers,
  });
  last.remove();
  const probes = new Counter({
    name: "canarec_freshness_probes_total",
    help: "Events of the probe by what became of them; unknown: no replica's build tells",
    labelNames: ["result"] as const,
    registers,
  });
  for (const result of PROBE_RESULTS) probes.inc({ result }, 0);
  let sinceMs: number | null | undefined;
  new Gauge({
    name: "canarec_freshness_waiting_seconds",
    help: "Age of the probe's event that not every ready replica serves yet; 0 when there is none",
    registers,
    collect() {
      if (sinceMs === undefined) this.remove();
      else this.set(sinceMs === null ? 0 : Math.max(0, nowMs() - sinceMs) / 1_000);
    },
  });
  return {
    began(atMs) {
      sinceMs = atMs;
    },
    ended(result, seconds) {
      probes.inc({ result });
      sinceMs = sinceMs === undefined ? undefined : null;
      if (seconds !== undefined) last.set(seconds);
    },
  };
}
