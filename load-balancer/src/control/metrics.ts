import { Counter, Gauge, Histogram, type Registry } from "@canarec/service-kit/metrics";
import { RolloutState } from "../rollout/rollout.ts";

/** One method per event of the control plane. */
export interface ControlMetrics {
  roundEnded(result: "done" | "failed", seconds: number): void;
  /** Whether this controller leads, and its last epoch. */
  leads(epoch: number | undefined): void;
  transition(to: RolloutState): void;
  replicaStarted(): void;
  /** A replica ended, did not get ready, or answered nothing any longer. */
  replicaFailed(phase: "starting" | "serving", cause: "ended" | "hung"): void;
  routingPushed(acknowledged: boolean): void;
}

/** Rounds are short; one that waits for Postgres is not. */
const ROUND_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The control plane's instruments; what stands in Postgres is told by `watchRollouts`. */
export function createControlMetrics(registry: Registry): ControlMetrics {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[]) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
  const rounds = counter("canarec_control_rounds_total", "Rounds by how they ended", ["result"]);
  const seconds = new Histogram({
    name: "canarec_control_round_seconds",
    help: "Time that a round took: look, decide, write, act",
    buckets: ROUND_SECONDS,
    registers,
  });
  const leading = gauge("canarec_controller_leads", "1 while this control plane leads");
  const lastEpoch = gauge("canarec_controller_epoch", "Fencing epoch that it led with last");
  const changes = counter(
    "canarec_rollout_transitions_total",
    "Changes of rollouts that this control plane wrote, by the state that they led to",
    ["to"],
  );
  const starts = counter("canarec_replica_starts_total", "Replicas that were started", []);
  const failures = counter(
    "canarec_replica_failures_total",
    "Replicas that ended by themselves, never got ready, or hung and were ended",
    ["phase", "cause"],
  );
  const pushes = counter(
    "canarec_routing_pushes_total",
    "Snapshots sent to the data planes, by whether all of them have them",
    ["result"],
  );
  for (const phase of ["starting", "serving"]) failures.inc({ phase, cause: "ended" }, 0);
  failures.inc({ phase: "serving", cause: "hung" }, 0);
  for (const to of RolloutState.options) changes.inc({ to }, 0); // else the first of each would be no increase
  return {
    roundEnded(result, took) {
      rounds.inc({ result });
      seconds.observe(took);
    },
    leads(epoch) {
      leading.set(Number(epoch !== undefined));
      if (epoch !== undefined) lastEpoch.set(epoch);
    },
    transition: (to) => changes.inc({ to }),
    replicaStarted: () => starts.inc(),
    replicaFailed: (phase, cause) => failures.inc({ phase, cause }),
    routingPushed: (all) => pushes.inc({ result: all ? "acknowledged" : "unacknowledged" }),
  };
}
