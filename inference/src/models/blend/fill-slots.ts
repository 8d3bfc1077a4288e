import type { Exploration } from "./blend.ts";

/** A list and what stands behind it, best first. */
export interface ListWithPool {
  /** Dense indices of the list, in order. */
  readonly list: readonly number[];
  /** Dense indices that follow it by score, best first, none of them in the list. */
  readonly beyond: readonly number[];
  /** Blended scores of `beyond`; finite. */
  readonly scores: readonly number[];
}

export interface FilledList {
  /** As long as the list was; each movie once. */
  readonly list: readonly number[];
  /** Chance with which each movie got its place, given the user's history and bundle; in (0, 1]. */
  readonly propensities: readonly number[];
  /** Places that show a movie from beyond the list, ascending. */
  readonly explored: readonly number[];
}

/**
 * Try movies from beyond the list in its slots. Each slot explores with `chance`, alone: then it shows one of its
 * own part of the pool (of s slots the j-th has the pool's movies j, j + s, …), drawn with
 *
 *     q(c) = exp(score(c) / temperature) / Σ exp(score / temperature)   over that part
 *
 * and else the list's own movie. So a movie that is tried has propensity chance · q(c), one that kept its slot
 * 1 − chance, and all others 1; no movie can come twice, and whether one slot explores says nothing of another.
 * A slot past the end of the list, or without a pool, does not exist.
 *
 * @param draw uniform numbers in [0, 1): two a slot, the first for whether, the second for which.
 */
export function fillSlots(
  { list, beyond, scores }: ListWithPool,
  exploration: Exploration,
  draw: (slot: number, use: "whether" | "which") => number,
): FilledList {
  const { chance, temperature } = exploration;
  const slots = exploration.slots.filter((slot) => slot < list.length).sort((a, b) => a - b);
  const pool = Math.min(exploration.pool, beyond.length);
  const filled = [...list];
  const propensities = list.map(() => 1);
  const explored: number[] = [];
  if (chance === 0) return { list: filled, propensities, explored };
  slots.forEach((slot, turn) => {
    const part: number[] = [];
    for (let at = turn; at < pool; at += slots.length) part.push(at);
    if (part.length === 0) return;
    if (draw(slot, "whether") >= chance) {
      propensities[slot] = 1 - chance;
      return;
    }
    const shares = softmaxOf(
      part.map((at) => scores[at] ?? 0),
      temperature,
    );
    const drawn = drawFrom(shares, draw(slot, "which"));
    filled[slot] = beyond[part[drawn] ?? 0] ?? 0;
    propensities[slot] = chance * (shares[drawn] ?? 0);
    explored.push(slot);
  });
  return { list: filled, propensities, explored };
}

/**
 * How much worse exploring may make lists of n, at most, whatever is drawn: of `places` the movies may differ, of
 * `expectedPlaces` they do on average, and an expected DCG@n falls by no more than `dcgShare` of the ideal one's.
 */
export function explorationBound(
  { slots, chance }: Exploration,
  n: number,
): { places: number; expectedPlaces: number; dcgShare: number } {
  const used = slots.filter((slot) => slot < n);
  const gainAt = (place: number) => 1 / Math.log2(place + 2);
  let ideal = 0;
  for (let place = 0; place < n; place += 1) ideal += gainAt(place);
  const lost = used.reduce((sum, slot) => sum + gainAt(slot), 0);
  return {
    places: used.length,
    expectedPlaces: chance * used.length,
    dcgShare: ideal === 0 ? 0 : (chance * lost) / ideal,
  };
}

function softmaxOf(scores: readonly number[], temperature: number): number[] {
  const most = scores.reduce((so, score) => Math.max(so, score), -Infinity);
  const powers = scores.map((score) => Math.exp((score - most) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** The index at which the running sum passes `uniform`; never one with a share of 0. */
function drawFrom(shares: readonly number[], uniform: number): number {
  let left = uniform;
  let last = 0;
  for (const [index, share] of shares.entries()) {
    if (share === 0) continue;
    last = index;
    left -= share;
    if (left < 0) return index;
  }
  return last;
}
