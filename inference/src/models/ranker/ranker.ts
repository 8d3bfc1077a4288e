import { nameCandidates } from "../blend/name-candidates.ts";
import type { UserInteractions } from "../interactions.ts";
import type { ModelName, Scorer } from "../model.ts";
import { CANDIDATE_MODELS, SPARSE_MODELS } from "./model-order.ts";
import { type Newcomers, newcomerScore } from "./newcomers.ts";

/** What is asked of the models for one user. */
export interface Question {
  /** Of movies that the models know. */
  readonly user: UserInteractions;
  /** 1 for a movie that must not be recommended, (movies, newcomers included). */
  readonly barred: Uint8Array;
  /** Dense indices that are candidates whatever the models say, e.g. popular ones. */
  readonly always: ArrayLike<number>;
  readonly newcomers: Newcomers;
  /** Whether a model is to be asked: not if it would take longer than there is time. */
  readonly mayAsk: (model: ModelName) => boolean;
}

/** What the models say. */
export interface ModelAnswers {
  /** Dense indices, ascending. */
  readonly candidates: Int32Array;
  /** By model that was asked, each (candidates); finite: a score that is no number, or overflowed, is the least of the others. */
  readonly scores: Partial<Record<ModelName, Float32Array>>;
  /** Models that there was no time for. */
  readonly skipped: readonly ModelName[];
}

export interface Ranker {
  readonly models: readonly ModelName[];
  /** Not reentrant: arrays over the catalogue are kept from call to call, answers are not. */
  ask(question: Question): ModelAnswers;
}

/**
 * Ask models for one user: the sparse ones about the whole catalogue, then all others about the best of
 * these, which are the candidates.
 *
 * @param perModel movies that each sparse model names.
 */
export function createRanker(scorers: ReadonlyMap<ModelName, Scorer>, perModel: number): Ranker {
  const sparse = SPARSE_MODELS.filter((name) => scorers.has(name));
  const popular = orderOf(scorers.get("popularity"));
  const others = CANDIDATE_MODELS.filter((name) => scorers.has(name));
  const sumsOf = keptArrays();
  return {
    models: [...sparse, ...others],
    ask(question) {
      const { user, barred, always, newcomers, mayAsk } = question;
      const skipped: ModelName[] = [];
      const asked = new Map<ModelName, Float32Array>();
      for (const name of sparse) {
        if (!mayAsk(name)) skipped.push(name);
        else
          asked.set(
            name,
            scoreAll(scorers.get(name), user, newcomers, sumsOf(name, barred.length)),
          );
      }
      const sums = [...asked].flatMap(([name, all]) => (name === "popularity" ? [] : [all]));
      const named = [...firstOf(popular, barred, perModel), ...Array.from(always)];
      const candidates = nameCandidates({ sums, perModel, always: named, barred });
      const scores: Partial<Record<ModelName, Float32Array>> = {};
      for (const [name, all] of asked) scores[name] = madeFinite(pick(all, candidates));
      for (const name of others) {
        if (!mayAsk(name)) skipped.push(name);
        else scores[name] = scoreCandidates(scorers.get(name), user, newcomers, candidates);
      }
      return { candidates, scores, skipped };
    },
  };
}

/** Arrays over the catalogue, one a model, made anew when the catalogue grows. */
function keptArrays() {
  const arrays = new Map<ModelName, Float32Array>();
  return (name: ModelName, movies: number): Float32Array => {
    const kept = arrays.get(name);
    if (kept?.length === movies) return kept;
    const made = new Float32Array(movies);
    arrays.set(name, made);
    return made;
  };
}

/** The movies of a model that says the same of everybody, best first; those above 0. */
function orderOf(scorer: Scorer | undefined): Int32Array {
  if (scorer === undefined) return new Int32Array(0);
  const scores = new Float32Array(scorer.movies);
  const nothing = new Float32Array(0);
  scorer.score(
    { movieOf: new Int32Array(0), preferences: nothing, times: new Float64Array(0) },
    scores,
  );
  return Int32Array.from(scores.keys())
    .filter((movie) => (scores[movie] as number) > 0)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
}

/** The first `count` that are not barred. */
function firstOf(order: Int32Array, barred: Uint8Array, count: number): number[] {
  const first: number[] = [];
  for (let place = 0; place < order.length && first.length < count; place += 1) {
    const movie = order[place] as number;
    if (barred[movie] === 0) first.push(movie);
  }
  return first;
}

function scoreAll(
  scorer: Scorer | undefined,
  user: UserInteractions,
  newcomers: Newcomers,
  into: Float32Array,
): Float32Array {
  scorer?.score(user, into.subarray(0, newcomers.known));
  for (let newcomer = 0; newcomer < newcomers.kin.length; newcomer += 1) {
    into[newcomers.known + newcomer] = newcomerScore(
      newcomers,
      newcomer,
      (of) => into[of] as number,
    );
  }
  return into;
}

/**
 * What one model says of candidates, each (candidates), finite. Newcomers among them are scored by their neighbours, who are
 * asked about, too.
 *
 * @param candidates dense indices, ascending.
 */
export function scoreCandidates(
  scorer: Scorer | undefined,
  user: UserInteractions,
  newcomers: Newcomers,
  candidates: Int32Array,
): Float32Array {
  const into = new Float32Array(candidates.length);
  let known = candidates.length;
  while (known > 0 && (candidates[known - 1] as number) >= newcomers.known) known -= 1;
  scorer?.scoreSome(user, candidates.subarray(0, known), into.subarray(0, known));
  for (let place = known; place < candidates.length; place += 1) {
    const newcomer = (candidates[place] as number) - newcomers.known;
    const kin = newcomers.kin[newcomer] ?? new Int32Array(0);
    const scores = new Float32Array(kin.length);
    scorer?.scoreSome(user, kin, scores);
    let next = 0;
    into[place] = newcomerScore(newcomers, newcomer, () => scores[next++] as number);
  }
  return madeFinite(into);
}

/** In place: what is not finite becomes the least finite one, 0 where there is none. */
function madeFinite(scores: Float32Array): Float32Array {
  if (scores.every(Number.isFinite)) return scores;
  const finite = scores.filter(Number.isFinite);
  const least = finite.length === 0 ? 0 : finite.reduce((so, score) => Math.min(so, score));
  scores.forEach((score, at) => {
    if (!Number.isFinite(score)) scores[at] = least;
  });
  return scores;
}

function pick(all: Float32Array, candidates: Int32Array): Float32Array {
  const picked = new Float32Array(candidates.length);
  for (let place = 0; place < candidates.length; place += 1) {
    picked[place] = all[candidates[place] as number] as number;
  }
  return picked;
}
