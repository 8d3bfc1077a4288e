import { Counter, Gauge, type Registry } from "@canarec/service-kit/metrics";
import { TROUBLE_KINDS, type TroubleKind } from "../watch/limits.ts";

/** What watching counts: one method per event. */
export interface WatchMetrics {
  looked(result: "whole" | "without_postgres"): void;
  /** What is open now, of each kind how many. */
  open(kinds: readonly TroubleKind[]): void;
}

export function createWatchMetrics(registry: Registry): WatchMetrics {
  const registers = [registry];
  const looks = new Counter({
    name: "canarec_watch_looks_total",
    help: "Looks at the whole service, by whether Postgres answered",
    labelNames: ["result"] as const,
    registers,
  });
  const troubles = new Gauge({
    name: "canarec_troubles",
    help: "Troubles that have begun and are not over, as monitoring itself sees them, whoever tells of them",
    labelNames: ["trouble"] as const,
    registers,
  });
  for (const trouble of TROUBLE_KINDS) troubles.set({ trouble }, 0);
  return {
    looked: (result) => looks.inc({ result }),
    open(kinds) {
      for (const trouble of TROUBLE_KINDS) {
        troubles.set({ trouble }, kinds.filter((kind) => kind === trouble).length);
      }
    },
  };
}
