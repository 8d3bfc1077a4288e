import { JUDGES, type JudgeName } from "@canarec/monitoring/simulation/judges";
import type { Scenario } from "@canarec/monitoring/simulation/scenario";
import {
  type SimulatedRelease,
  simulateRelease,
} from "@canarec/monitoring/simulation/simulate-release";

/** Releases to simulate, one after the other. */
export interface SimulationJob {
  readonly scenario: Scenario;
  readonly judge: JudgeName;
  readonly seed: number;
  readonly releaseIds: readonly number[];
}

// A child process of the pool. It ends with the pool's process, since the channel closes then.
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => undefined);
process.on("message", ({ scenario, judge, seed, releaseIds }: SimulationJob) => {
  const done: SimulatedRelease[] = releaseIds.map((releaseId) =>
    simulateRelease(scenario, { seed, releaseId }, JUDGES[judge]()),
  );
  process.send?.(done);
});
