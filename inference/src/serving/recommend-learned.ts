import type { SignalScores } from "../models/blend/blend-scores.ts";
import { makeList } from "../models/blend/make-list.ts";
import { type DrawKey, slotDraws } from "../models/blend/slot-draws.ts";
import type { UserInteractions } from "../models/interactions.ts";
import type { ModelName } from "../models/model.ts";
import type { LearnedModels } from "./learned-models.ts";
import type { ServingModel } from "./serving-model.ts";

/** Well standing movies that are candidates for everybody: whatever else happens, a list has its length. */
const ALWAYS = 40;

/** Movies of a list, best first, with all that an explanation needs. */
export interface LearnedList {
  readonly movies: readonly number[];
  /** Blended, in the list's order: logits, comparable within one list alone. */
  readonly scores: readonly number[];
  /** Chance of each movie to have its place; null where nothing was drawn. */
  readonly propensities: readonly number[] | null;
  readonly candidates: Int32Array;
  /** Each (candidates). */
  readonly signals: SignalScores;
  /** Models that there was no time for. */
  readonly skipped: readonly ModelName[];
}

export interface LearnedRequest {
  readonly user: UserInteractions;
  /** 1 for never, (movies). */
  readonly barred: Uint8Array;
  readonly n: number;
  /** Dense indices that are candidates whatever the models say. */
  readonly also?: readonly number[];
  /** What exploration depends on; absent: nothing is explored. */
  readonly draw?: DrawKey;
  readonly mayAsk: (model: ModelName) => boolean;
}

/** A user's list by the blend of a bundle's models. */
export function recommendLearned(
  model: ServingModel,
  learned: LearnedModels,
  { user, barred, n, also = [], draw, mayAsk }: LearnedRequest,
): LearnedList {
  const { blend, ranker, likeness } = learned;
  const always = [...also, ...bestStanding(model, barred, Math.max(ALWAYS, n))];
  const { newcomers } = model;
  const { candidates, scores, skipped } = ranker.ask({ user, barred, always, newcomers, mayAsk });
  const exploration = draw === undefined ? { ...blend.exploration, chance: 0 } : blend.exploration;
  const drawn = draw === undefined ? () => 0 : slotDraws(draw);
  const list = makeList(
    { ...blend, exploration },
    { candidates, scores, space: likeness, draw: drawn },
    n,
  );
  const { chance, slots } = exploration;
  return {
    movies: list.list,
    scores: list.scores,
    propensities: chance > 0 && slots.length > 0 ? list.propensities : null,
    candidates,
    signals: scores,
    skipped,
  };
}

function bestStanding({ standings }: ServingModel, barred: Uint8Array, count: number): number[] {
  const best: number[] = [];
  for (let place = 0; place < standings.order.length && best.length < count; place += 1) {
    const movie = standings.order[place] as number;
    if (barred[movie] === 0) best.push(movie);
  }
  return best;
}
