import { PrimaryMetric } from "@canarec/load-balancer/contract/release-plan";
import { contrastOf } from "../statistics/contrast.ts";
import { ratioOf } from "../statistics/ratio-metric.ts";
import { parseSums } from "../statistics/sufficient-sums.ts";
import type { VerdictInputs } from "./verdict-inputs.ts";

/** A metric beside the one that decides: reported, not tested. */
export interface SecondaryMetric {
  readonly of: PrimaryMetric;
  readonly main: number;
  readonly nightly: number;
  readonly difference: number;
  readonly se: number;
}

/** All primary metrics over all judged users, where both tracks have an estimate. */
export function secondaryMetrics({ totals }: Pick<VerdictInputs, "totals">): SecondaryMetric[] {
  return PrimaryMetric.options.flatMap((of) => {
    const main = ratioOf(parseSums(totals[of].main));
    const nightly = ratioOf(parseSums(totals[of].nightly));
    if (main.kind === "undefined" || nightly.kind === "undefined") return [];
    const contrast = contrastOf(main, nightly, "absolute");
    if (contrast.kind === "undefined") return [];
    const { value: difference, se } = contrast;
    return [{ of, main: main.value, nightly: nightly.value, difference, se }];
  });
}
