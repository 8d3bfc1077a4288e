import type { recordedTraining } from "@canarec/vectordb-scripts/bundle/record-training";
import type { TrainingProgress } from "@canarec/vectordb-scripts/bundle/train-bundle";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { startProgress } from "../output/progress.ts";

/** How far training is, for a person who waits for it. */
export interface ShownTraining extends Disposable {
  readonly hooks: Pick<
    Parameters<typeof recordedTraining>[1],
    "reads" | "begins" | "progress" | "waits"
  >;
}

/** What each step does, in words. */
const STEPS: Readonly<Record<Parameters<TrainingProgress["begins"]>[0], string>> = {
  validation: "rehearsing",
  weights: "weighing",
  measures: "measuring",
  fit: "fitting",
};

/** A bar: interactions read, then a model's percentage. */
export function showTraining(context: CliContext, options: CommonOptions): ShownTraining {
  const bar = startProgress(context, options, "training");
  let step = "reading";
  return {
    hooks: {
      waits: () => {
        context.terminal.err("canarec: another training runs: this one waits until it has ended\n");
      },
      reads: (read, of) => bar.update(read, of, step),
      begins: (next) => {
        step = STEPS[next];
        bar.update(0, 100, step);
      },
      progress: (model, share) => bar.update(Math.round(share * 100), 100, `${step} ${model}`),
    },
    [Symbol.dispose]: () => bar[Symbol.dispose](),
  };
}
