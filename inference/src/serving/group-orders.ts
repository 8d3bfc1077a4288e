import { scoreByGroups } from "../models/cold-start/group-tastes.ts";
import { type Person, groupsOf } from "../models/cold-start/person-groups.ts";
import { newcomerScore } from "../models/ranker/newcomers.ts";
import { TopK } from "../ranking/top-k.ts";
import { variedOrder } from "../ranking/varied-order.ts";
import type { ServingModel } from "./serving-model.ts";

/** Movies that are ordered: as many as may be asked for, and more than most users have met. */
const ORDERED = 400;

/** Best movies by score that variety chooses from. */
const CHOSEN_FROM = 2_000;

/** Orders kept; beyond it all are made anew. */
const MOST_KEPT = 1_000;

/** Movies in the order in which somebody of these groups likely likes them. */
export interface GroupOrder {
  /** Dense indices, varied as the popular list is. */
  readonly movies: readonly number[];
  /** Chance that a like of theirs is of this movie, by dense index. */
  readonly shareOf: ReadonlyMap<number, number>;
}

/** @returns undefined where the bundle knows none of the person's groups. */
export type GroupOrders = (model: ServingModel, person: Person) => GroupOrder | undefined;

/**
 * Orders by what groups of users like, kept until the movies change: they are the same for everybody of the same
 * groups.
 */
export function createGroupOrders(): GroupOrders {
  let kept = { bundleId: "", version: -1, orders: new Map<string, GroupOrder>() };
  return (model, person) => {
    const tastes = model.contents.learned?.groups;
    const groups = tastes ? groupsOf(person).filter((group) => tastes.groups.has(group)) : [];
    if (groups.length === 0) return undefined;
    const { bundleId, version } = model;
    const isOld = kept.bundleId !== bundleId || kept.version !== version;
    if (isOld || kept.orders.size >= MOST_KEPT) kept = { bundleId, version, orders: new Map() };
    const key = groups.join("\n");
    const order = kept.orders.get(key) ?? orderFor(model, person);
    kept.orders.set(key, order);
    return order;
  };
}

function orderFor(model: ServingModel, person: Person): GroupOrder {
  const scores = groupScores(model, person);
  const top = new TopK(Math.min(CHOSEN_FROM, scores.length), model.standings.idRanks);
  scores.forEach((score, movie) => {
    if (score > -Infinity) top.offer(movie, score);
  });
  const best = top.sorted().map(({ movie }) => movie);
  const genreOf = (movie: number) => model.movies[movie]?.genres[0];
  const movies = variedOrder(best, genreOf, ORDERED);
  const shareOf = movies.map((movie) => [movie, Math.exp(scores[movie] as number)] as const);
  return { movies, shareOf: new Map(shareOf) };
}

/** Of all movies; one that came after the bundle as its neighbours, −∞ where it has none. */
function groupScores(model: ServingModel, person: Person): Float32Array {
  const scores = new Float32Array(model.movies.length).fill(-Infinity);
  const tastes = model.contents.learned?.groups;
  if (tastes === undefined) return scores;
  scoreByGroups(tastes, person, scores.subarray(0, tastes.movies));
  const { newcomers } = model;
  newcomers.kin.forEach((kin, newcomer) => {
    if (kin.length === 0) return;
    const scoreOf = (movie: number) => scores[movie] as number;
    scores[newcomers.known + newcomer] = newcomerScore(newcomers, newcomer, scoreOf);
  });
  return scores;
}
