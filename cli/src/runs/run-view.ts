import type { TrainingRun } from "@canarec/db-utils/training/run-repository";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";

const Estimate = z.object({ n: z.number(), mean: z.number(), se: z.number().nullable() });
const Measured = z.object({ means: z.record(z.string(), Estimate), coverage: z.number() });

/** What the diary's documents hold; a newer version may hold more. */
const Documents = z.object({
  parameters: z
    .object({
      models: z.record(z.string(), z.record(z.string(), z.json())),
      choice: z.string().optional(),
      blend: z.looseObject({
        terms: z.array(z.object({ signal: z.string(), shape: z.string(), weight: z.number() })),
      }),
    })
    .nullable(),
  durations: z.record(z.string(), z.number()).nullable(),
  metrics: z
    .object({ protocol: z.string(), users: z.number(), by: z.record(z.string(), Measured) })
    .nullable(),
});

/** A run of training with its documents read. */
export type RunView = Omit<TrainingRun, keyof z.output<typeof Documents>> &
  z.output<typeof Documents>;

/** @throws ServiceError "data_loss" where the diary holds something else. */
export function viewOf(run: TrainingRun): RunView {
  const { data, error } = Documents.safeParse(run);
  if (data !== undefined) return { ...run, ...data };
  throw new ServiceError("data_loss", `run ${run.runKey}: ${z.prettifyError(error)}`);
}

/** @throws ServiceError "not_found". */
export function found(run: TrainingRun | undefined, runKey: number): RunView {
  if (run === undefined) throw new ServiceError("not_found", `there is no run ${runKey}`);
  return viewOf(run);
}

/** Seconds from begin to end; null while it runs. */
export function lastedSeconds({ startedAt, finishedAt }: RunView): number | null {
  return finishedAt === null ? null : (finishedAt.getTime() - startedAt.getTime()) / 1_000;
}

/** The blend's mean of a measure, with its standard error; null where it was not measured. */
export function measureOf(
  { metrics }: RunView,
  measure: string,
): { readonly mean: number; readonly se: number } | null {
  const estimate = metrics?.by["blend"]?.means[measure];
  return estimate === undefined ? null : { mean: estimate.mean, se: estimate.se ?? 0 };
}

/** `0.312 ± 0.011`, or null. */
export function inWords(estimate: ReturnType<typeof measureOf>): string | null {
  return estimate && `${estimate.mean.toFixed(3)} ± ${estimate.se.toFixed(3)}`;
}
