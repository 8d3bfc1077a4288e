import { Counter, Histogram, type Registry } from "@canarec/service-kit/metrics";
import type { Pass } from "./run-judge.ts";

/** Everything that the judge counts: one method per event. */
export interface JudgeMetrics {
  passed(pass: Pass, seconds: number): void;
  failed(): void;
}

const PASS_SECONDS = [0.03, 0.1, 0.3, 1, 3, 10, 30, 60];

export function createJudgeMetrics(registry: Registry): JudgeMetrics {
  const registers = [registry];
  const passes = new Counter({
    name: "canarec_judge_passes_total",
    help: "Passes of the judge by how they ended; `behind` left changes to the next",
    labelNames: ["result"] as const,
    registers,
  });
  const seconds = new Histogram({
    name: "canarec_judge_pass_seconds",
    help: "Time that passes of the judge took",
    buckets: PASS_SECONDS,
    registers,
  });
  const verdicts = new Counter({
    name: "canarec_verdicts_total",
    help: "Verdicts by the row of the decision table and the action",
    labelNames: ["row", "action"] as const,
    registers,
  });
  const summarised = new Counter({
    name: "canarec_judge_summarised_total",
    help: "What was summarised: minutes of exposures, each as often as it changed, and mature users",
    labelNames: ["what"] as const,
    registers,
  });
  return {
    passed(pass, took) {
      passes.inc({ result: pass.done ? "done" : "behind" });
      seconds.observe(took);
      summarised.inc({ what: "minutes" }, pass.minutes);
      summarised.inc({ what: "users" }, pass.users);
      for (const { row, action } of pass.verdicts) verdicts.inc({ row: String(row), action });
    },
    failed: () => passes.inc({ result: "failed" }),
  };
}
