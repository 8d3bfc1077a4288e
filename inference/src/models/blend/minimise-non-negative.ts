import type { Loss } from "./listwise-loss.ts";

/** Newton steps; a convex loss of a few weights needs about ten. */
const MOST_STEPS = 100;

/** Sweeps over the weights within one step. */
const MOST_SWEEPS = 200;

/** A step that lowers the loss by less ends the search. */
const LEAST_GAIN = 1e-10;

/** Share of the gain that the quadratic form promises which a step must bring (Armijo 1966). */
const SUFFICIENT = 1e-4;

/** Times that a step is halved before it is given up. */
const MOST_HALVINGS = 40;

/**
 * The non-negative weights with the least loss, of a convex loss: Newton's method in which each step goes
 * to the least of the quadratic form among non-negative weights, found by coordinate descent, and is halved
 * until the loss falls enough (Lee, Sun, Saunders 2014: proximal Newton). Begins at 0; deterministic.
 *
 * @param size number of weights, (t).
 */
export function minimiseNonNegative(
  lossAt: (weights: Float64Array) => Loss,
  size: number,
): Float64Array {
  let weights = new Float64Array(size);
  let loss = lossAt(weights);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const goal = leastOfQuadratic(loss, weights);
    const next = walkTowards(lossAt, { weights, loss, goal });
    if (next === undefined) break;
    const gain = loss.value - next.loss.value;
    ({ weights, loss } = next);
    if (gain < LEAST_GAIN) break;
  }
  return weights;
}

interface Point {
  readonly weights: Float64Array<ArrayBuffer>;
  readonly loss: Loss;
}

/** Undefined where no step towards the goal lowers the loss. */
function walkTowards(
  lossAt: (weights: Float64Array) => Loss,
  { weights, loss, goal }: Point & { readonly goal: Float64Array },
): Point | undefined {
  let promised = 0;
  goal.forEach((to, t) => (promised += (loss.gradient[t] ?? 0) * (to - (weights[t] ?? 0))));
  if (!(promised < 0)) return undefined;
  for (let halving = 0, part = 1; halving < MOST_HALVINGS; halving += 1, part /= 2) {
    const tried = weights.map((from, t) => from + part * ((goal[t] ?? 0) - from));
    const found = lossAt(tried);
    if (found.value <= loss.value + SUFFICIENT * part * promised) {
      return { weights: tried, loss: found };
    }
  }
  return undefined;
}

/** The least of the loss's quadratic form at `weights`, over non-negative weights. */
function leastOfQuadratic({ gradient, curvature }: Loss, weights: Float64Array): Float64Array {
  const size = weights.length;
  const goal = weights.slice();
  const slope = gradient.slice();
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) {
    let farthest = 0;
    for (let t = 0; t < size; t += 1) {
      const bend = curvature[t * size + t] as number;
      if (!(bend > 0)) continue;
      const from = goal[t] as number;
      const to = Math.max(0, from - (slope[t] as number) / bend);
      const moved = to - from;
      if (moved === 0) continue;
      goal[t] = to;
      farthest = Math.max(farthest, Math.abs(moved));
      for (let s = 0; s < size; s += 1) {
        slope[s] = (slope[s] as number) + moved * (curvature[s * size + t] as number);
      }
    }
    if (farthest < LEAST_GAIN) break;
  }
  return goal;
}
