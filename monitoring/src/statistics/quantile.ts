import type { ArmEstimate } from "./contrast.ts";
import { normalUpperQuantile } from "./normal.ts";
import { ratioOf } from "./ratio-metric.ts";
import { sumsOfUsers } from "./sufficient-sums.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** A quantile of all values, whose variance counts users; `n` is users. Enters a contrast. */
export interface QuantileEstimate extends ArmEstimate {
  readonly kind: "quantile";
  /** Values of all users. */
  readonly samples: number;
  /** samples / design effect: what as many independent values would be. */
  readonly effectiveSamples: number;
}

/** Ranks, from 1 and not rounded, between which the quantile of independent values lies. */
export interface RankBounds {
  readonly lower: number;
  readonly upper: number;
}

/** Level of the interval the standard error is taken from, as in GrowthBook. */
const ALPHA = 0.05;

/**
 * n p − z √(n p q) and 1 + n p + z √(n p q) (Hahn & Meeker, normal approximation): an interval
 * exists only where 1 ≤ lower and upper ≤ n. For p = .99 that is from n = 563 on, for .95 from 110.
 */
export function rankBounds(samples: number, probability: number, alpha = ALPHA): RankBounds {
  const half =
    normalUpperQuantile(alpha / 2) * Math.sqrt(samples * probability * (1 - probability));
  return { lower: samples * probability - half, upper: 1 + samples * probability + half };
}

/**
 * A quantile over values grouped by user: the order statistic ⌈n p⌉ with the variance
 * v(1{x ≤ q̂}) / f̂(q̂)², where v is the delta method's over users (Deng, Knoblich & Lu, KDD 2018)
 * and 1 / f̂ = (x_(u) − x_(l)) / 2h between the ranks that {@link rankBounds} gives for the
 * effective samples, h = z √v. So the variance is ((x_(u) − x_(l)) / 2z)² (Woodruff, JASA 47,
 * 1952); for independent values it is GrowthBook's. Undefined where those ranks do not exist, or
 * where the values at them are equal.
 *
 * @param users each user's values; users without any are left out.
 * @param probability in (0, 1).
 */
export function quantileOf(
  users: readonly (readonly number[])[],
  probability: number,
): QuantileEstimate | Undefined {
  const seen = users.filter((values) => values.length > 0);
  const sorted = Float64Array.from(seen.flat()).sort();
  const samples = sorted.length;
  const at = (rank: number) => sorted[Math.min(samples, Math.max(1, rank)) - 1] ?? NaN;
  const value = at(Math.ceil(samples * probability));
  const below = ratioOf(
    sumsOfUsers(
      seen.map((values) => ({
        s: values.filter((x) => x <= value).length,
        k: values.length,
        x: 0,
      })),
    ),
  );
  if (below.kind === "undefined") return below;
  // Without the n / (n − 1) of the sample variance: independent values have an effect of 1.
  const raw = ((below.designEffect ?? 1) * (seen.length - 1)) / seen.length;
  const designEffect = Math.max(1, raw);
  const effectiveSamples = samples / designEffect;
  const ranks = rankBounds(effectiveSamples, probability);
  if (ranks.lower < 1 || ranks.upper > effectiveSamples) return undefinedBecause("too_few_samples");
  const width =
    at(Math.ceil(ranks.upper * designEffect)) - at(Math.floor(ranks.lower * designEffect));
  if (width === 0) return undefinedBecause("no_variance");
  const variance = (width / (2 * normalUpperQuantile(ALPHA / 2))) ** 2;
  return { kind: "quantile", n: seen.length, value, variance, samples, effectiveSamples };
}
