import { z } from "zod";
import type { UserInteractions } from "../interactions.ts";
import { type RecencyRule, recencyOf } from "../recency.ts";
import { heaviest } from "./heaviest.ts";

/** How loudly each of a user's movies speaks. Numbers alone: it is stored with the model. */
export interface Weighing extends RecencyRule {
  /** What a preference must reach for a movie to count as liked, in (0, 1]; compared in single precision. */
  readonly leastPreference: number;
  /** A liked movie weighs preference^power: with 0 all likes weigh 1, with 1 their preference. In [0, 4]. */
  readonly preferencePower: number;
  /** Weight of a movie that was met and not liked, in [−1, 1]. */
  readonly otherWeight: number;
  /** Movies that are looked at: the heaviest, ties to the smaller index. At least 1. */
  readonly historyLimit: number;
}

/** Checks a Weighing, as part of a model's config. */
export const WeighingShape = {
  leastPreference: z.number().gt(0).max(1),
  preferencePower: z.number().min(0).max(4),
  otherWeight: z.number().min(-1).max(1),
  historyLimit: z.int().min(1),
  recencyHalfLifeDays: z.number().positive(),
  recencyFloor: z.number().min(0).max(1),
};

/** Every like weighs the same, whenever it was. */
export const BINARY_WEIGHING: Weighing = {
  leastPreference: 0.1,
  preferencePower: 0,
  otherWeight: 0,
  historyLimit: 200,
  recencyHalfLifeDays: 365,
  recencyFloor: 1,
};

/**
 * Likes weigh their preference and fade a little, to 0.7 at most: found on validation splits of
 * ml-latest-small, where recency helps in time order and does no harm at random.
 */
export const GRADED_WEIGHING: Weighing = {
  leastPreference: 0.1,
  preferencePower: 1,
  otherWeight: 0,
  historyLimit: 500,
  recencyHalfLifeDays: 200,
  recencyFloor: 0.7,
};

/** Weight of a preference by itself, in [−1, 1]. */
export function weightOf(preference: number, by: Weighing): number {
  if (!(preference >= Math.fround(by.leastPreference))) {
    return preference < by.leastPreference ? by.otherWeight : 0;
  }
  return by.preferencePower === 0 ? 1 : preference ** by.preferencePower;
}

/** Weights of a user's movies, (user's length), 0 for those that do not speak; finite. */
export type WeighUser = (user: UserInteractions) => Float64Array;

/** Weigh a user's movies: preference by the rule × recency, the heaviest of them. */
export function weigherOf(by: Weighing): WeighUser {
  return ({ preferences, times }) => {
    let latest = -Infinity;
    for (let place = 0; place < times.length; place += 1) {
      latest = Math.max(latest, times[place] as number);
    }
    const weights = new Float64Array(preferences.length);
    for (let place = 0; place < weights.length; place += 1) {
      const weight = weightOf(preferences[place] as number, by);
      const fades = weight !== 0 && by.recencyFloor !== 1;
      weights[place] = fades ? weight * recencyOf(latest - (times[place] as number), by) : weight;
    }
    return keepHeaviest(weights, by.historyLimit);
  };
}

/** The `limit` weights furthest from 0, the others 0; in place. */
export function keepHeaviest(weights: Float64Array, limit: number): Float64Array {
  if (weights.length <= limit) return weights;
  const isKept = heaviest(weights.map(Math.abs), limit);
  for (let place = 0; place < weights.length; place += 1) {
    if (isKept[place] === 0) weights[place] = 0;
  }
  return weights;
}

/** The numbers of a Weighing alone, out of whatever holds them. */
export function weighingIn(numbers: Readonly<Record<string, number>>): Weighing {
  const numberOf = (key: keyof Weighing) => numbers[key] ?? NaN;
  return {
    leastPreference: numberOf("leastPreference"),
    preferencePower: numberOf("preferencePower"),
    otherWeight: numberOf("otherWeight"),
    historyLimit: numberOf("historyLimit"),
    recencyHalfLifeDays: numberOf("recencyHalfLifeDays"),
    recencyFloor: numberOf("recencyFloor"),
  };
}
