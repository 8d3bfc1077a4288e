import { normalDensity, normalSurvival, normalUpperQuantile } from "./normal.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** |z| at or beyond which each look stops; Infinity for a look that may spend nothing. */
export interface Boundaries {
  readonly kind: "boundaries";
  readonly bounds: readonly number[];
}

/** By look, the probability of crossing there and not before. */
export interface Crossings {
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

/** The density of the score process W at one look, on those paths that have not stopped. */
interface Surviving {
  /** Information at the look. */
  readonly information: number;
  readonly points: Float64Array;
  /** Density × the integration rule's weight. */
  readonly masses: Float64Array;
}

/** Integration points a standard deviation of the next step; bounds are then right to 1e-8. */
const POINTS_PER_DEVIATION = 24;
const MOST_POINTS = 4_001;
/** A normal beyond this is nothing in double precision. */
const FARTHEST_Z = 12;

/**
 * The boundaries of a group-sequential test that spends the given two-sided alphas at its looks,
 * by recursive numerical integration of the score process (Armitage, McPherson & Rowe 1969;
 * Jennison & Turnbull 2000, chapter 19) under no effect.
 *
 * @param information of each look in any one unit (1 / se², or fractions); strictly increasing.
 *   Only ratios count: corr(z_1, z_2) = √(I_1 / I_2), whatever was planned.
 * @param spent alpha of each look, ≥ 0, both sides together; their sum < 1.
 */
export function boundariesOf(
  information: readonly number[],
  spent: readonly number[],
): Boundaries | Undefined {
  if (!areLooks(information, spent)) return undefinedBecause("bad_looks");
  const bounds: number[] = [];
  let before: Surviving | undefined;
  for (const [look, now] of information.entries()) {
    const alpha = spent[look] ?? 0;
    const surviving = before;
    const bound = surviving
      ? boundFor(alpha, (z) => 2 * upperCrossing(surviving, now, z, 0))
      : alpha > 0
        ? normalUpperQuantile(alpha / 2)
        : Infinity;
    bounds.push(bound);
    const next = information[look + 1];
    if (next !== undefined) before = survivors(before, now, bound, { drift: 0, next });
  }
  return { kind: "boundaries", bounds };
}

/**
 * Probabilities of crossing ± bounds when z has mean drift × √information: the size at drift 0,
 * the power elsewhere.
 */
export function crossingProbabilities(
  information: readonly number[],
  bounds: readonly number[],
  drift: number,
): Crossings | Undefined {
  if (
    !areLooks(
      information,
      bounds.map(() => 0),
    )
  )
    return undefinedBecause("bad_looks");
  const upper: number[] = [];
  const lower: number[] = [];
  let before: Surviving | undefined;
  for (const [look, now] of information.entries()) {
    const bound = bounds[look] ?? Infinity;
    const from = before ?? START;
    upper.push(upperCrossing(from, now, bound, drift));
    lower.push(upperCrossing(mirrored(from), now, bound, -drift));
    const next = information[look + 1];
    if (next !== undefined) before = survivors(before, now, bound, { drift, next });
  }
  return { upper, lower };
}

/** All mass at 0, before any information. */
const START: Surviving = {
  information: 0,
  points: new Float64Array([0]),
  masses: new Float64Array([1]),
};

function areLooks(information: readonly number[], spent: readonly number[]): boolean {
  const increases = information.every((now, look) => now > (information[look - 1] ?? 0));
  const total = spent.reduce((sum, alpha) => sum + alpha, 0);
  return (
    increases && spent.length === information.length && spent.every((a) => a >= 0) && total < 1
  );
}

/** P(survived so far, then W ≥ z √now), the score's mean growing by drift per information. */
function upperCrossing(before: Surviving, now: number, z: number, drift: number): number {
  const step = now - before.information;
  const deviation = Math.sqrt(step);
  const limit = z * Math.sqrt(now) - drift * step;
  let probability = 0;
  for (const [index, point] of before.points.entries())
    probability += (before.masses[index] ?? 0) * normalSurvival((limit - point) / deviation);
  return probability;
}

/** The bound at which the crossing probability is alpha, by bisection; it decreases in the bound. */
function boundFor(alpha: number, crossing: (z: number) => number): number {
  if (alpha === 0) return Infinity;
  let [low, high] = [0, FARTHEST_Z];
  if (crossing(high) > alpha) return high;
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (crossing(middle) > alpha) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The surviving density at a look, at Simpson's points between the bounds. */
function survivors(
  before: Surviving | undefined,
  now: number,
  bound: number,
  { drift, next }: { readonly drift: number; readonly next: number },
): Surviving {
  const from = before ?? START;
  const step = now - from.information;
  const deviation = Math.sqrt(step);
  const reach = Math.min(bound, FARTHEST_Z + Math.abs(drift) * Math.sqrt(now)) * Math.sqrt(now);
  const finest = Math.min(deviation, Math.sqrt(next - now));
  const intervals = evenWithin(((2 * reach) / finest) * POINTS_PER_DEVIATION);
  const width = (2 * reach) / intervals;
  const points = new Float64Array(intervals + 1);
  const masses = new Float64Array(intervals + 1);
  for (let i = 0; i <= intervals; i += 1) {
    const point = -reach + i * width;
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    let density = 0;
    for (const [index, origin] of from.points.entries()) {
      const z = (point - origin - drift * step) / deviation;
      density += (from.masses[index] ?? 0) * normalDensity(z);
    }
    points[i] = point;
    masses[i] = ((density / deviation) * weight * width) / 3;
  }
  return { information: now, points, masses };
}

function evenWithin(count: number): number {
  const bounded = Math.min(MOST_POINTS - 1, Math.max(100, Math.ceil(count)));
  return bounded + (bounded % 2);
}

function mirrored(surviving: Surviving): Surviving {
  return { ...surviving, points: surviving.points.map((point) => -point) };
}
