import type { Split } from "@canarec/inference/evaluation/split";
import { temporalSplit } from "@canarec/inference/evaluation/temporal-split";
import { gorseSplit, weakSplit } from "@canarec/inference/evaluation/weak-split";
import type { Interactions } from "@canarec/inference/models/interactions";

export const MEASURED_PROTOCOLS = ["weak", "gorse", "temporal"] as const;
export type MeasuredProtocol = (typeof MEASURED_PROTOCOLS)[number];

/** Apart from every seed of a test split. */
const VALIDATION_SEED = 10_000;

/** What is learned from, and what is measured on; the blend's weights come from `validation` alone, a part of `test`'s training. */
export interface ProtocolSplits {
  readonly test: Split;
  readonly validation: Split;
}

/** Part the data by a protocol, and its training part once more by the same protocol. */
export function protocolSplits(
  of: Interactions,
  protocol: MeasuredProtocol,
  options: { readonly likedFrom: number; readonly seed: number },
): ProtocolSplits {
  const part = partBy(protocol, options.likedFrom);
  const test = part(of, options.seed);
  return { test, validation: part(test.training, options.seed + VALIDATION_SEED) };
}

function partBy(protocol: MeasuredProtocol, likedFrom: number) {
  return (of: Interactions, seed: number): Split => {
    if (protocol === "temporal") return temporalSplit(of, { likedFrom });
    const options = { likedFrom: protocol === "weak" ? Math.min(likedFrom, 1) : likedFrom, seed };
    return protocol === "weak" ? weakSplit(of, options) : gorseSplit(of, options);
  };
}
