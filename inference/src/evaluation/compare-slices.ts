import { ServiceError } from "@canarec/service-kit/errors";
import type { Evaluation } from "./evaluate.ts";
import {
  type BootstrapOptions,
  type PairedDifference,
  type TooFewUsers,
  pairedDifference,
} from "./paired-difference.ts";
import { hitsOf, parseMetric } from "./rank-metrics.ts";
import type { Slice } from "./slices.ts";
import type { Split } from "./split.ts";

/** How two models differ on one slice. */
export interface SliceComparison {
  readonly slice: string;
  readonly result: PairedDifference | TooFewUsers;
}

/** With fewer users in a slice nothing is said of it: an interval of few is too narrow. */
export const LEAST_SLICE_USERS = 20;

/**
 * One measure of two models' lists, slice by slice: lists are those of everything, hits count in the slice alone.
 *
 * @throws ServiceError "invalid_argument" for evaluations of other users than the split's, or an unknown measure.
 */
export function compareSlices(
  evaluations: Readonly<Record<"main" | "candidate", Pick<Evaluation, "lists">>>,
  split: Split,
  slices: readonly Slice[],
  options: BootstrapOptions & { readonly metric: string },
): SliceComparison[] {
  return slices.map((slice) => {
    const main = measureSlice(evaluations.main, split, slice, options.metric);
    const candidate = measureSlice(evaluations.candidate, split, slice, options.metric);
    if (main.length < LEAST_SLICE_USERS) {
      return { slice: slice.name, result: { kind: "too-few-users", users: main.length } };
    }
    return { slice: slice.name, result: pairedDifference(main, candidate, options) };
  });
}

/**
 * A measure of the users who have something to find in a slice, in their order.
 *
 * @throws ServiceError as compareSlices does.
 */
export function measureSlice(
  { lists }: Pick<Evaluation, "lists">,
  { cases }: Split,
  slice: Slice,
  metric: string,
): Float64Array {
  if (lists.length !== cases.length) {
    throw new ServiceError("invalid_argument", `${lists.length} lists of ${cases.length} users`);
  }
  const measure = parseMetric(metric);
  const values: number[] = [];
  cases.forEach((one, place) => {
    const targets = slice.targetsOf(one);
    const list = lists[place] ?? new Int32Array(0);
    if (targets.length > 0) values.push(measure.valueOf(hitsOf(list, targets)));
  });
  return Float64Array.from(values);
}
