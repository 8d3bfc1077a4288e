import type { DescribedTastes } from "./described-tastes.ts";
import type { HistoryCache, HistoryResult, KnownUser } from "../history/history-cache.ts";
import type { InternalHeader, ListReason } from "../contract/internal-header.ts";
import {
  EMPTY_HISTORY,
  type PackedHistory,
  latestEventMs,
  rowCount,
} from "../retrieval/packed-history.ts";
import { type NotListed, explainNot } from "./explain-not.ts";
import type { ColdBasis, Recommendations, RecommendOptions, Recommender } from "./recommender.ts";
import type { ServingModel } from "./serving-model.ts";

/** Length of the list of the text route. */
export const LIST_LENGTH = 20;

/** The answer of the text route, kept beside a history until an event or a newer model changes it. */
export interface TextAnswer {
  readonly model: ServingModel;
  readonly modelVersion: number;
  readonly countsVersion: number;
  /** When it was made, on the clock of UserAnswersParts. */
  readonly madeMs: number;
  /** Movie ids, joined by commas. */
  readonly text: string;
  readonly reason: ListReason;
  readonly personalised: boolean;
  /** Chance of each movie to have its place; null where nothing was drawn. */
  readonly propensities: readonly number[] | null;
  /** Whether models were left out for want of time: such a list is not kept for long. */
  readonly isPartial: boolean;
}

/** A list with all that an explanation needs. */
export interface DetailedAnswer extends Omit<Recommendations, "propensities"> {
  readonly propensities: readonly number[] | null;
  readonly model: ServingModel;
  readonly reason: ListReason;
  /** Movies that the user has watched or rated. */
  readonly watched: number;
  /** The latest event that the list is made of, epoch milliseconds; undefined where nothing was watched or rated. */
  readonly lastEventMs: number | undefined;
}

export interface UserAnswers {
  /** At once where the user's list is in memory; never rejects. */
  text(userId: number): TextAnswer | Promise<TextAnswer>;
  detailed(userId: number, options: RecommendOptions): Promise<DetailedAnswer>;
  /** Why a movie is not in the list of the text route. @param movie dense index in `model()`. */
  explainNot(userId: number, movie: (model: ServingModel) => number): Promise<ExplainedAbsence>;
}

export interface ExplainedAbsence extends NotListed {
  readonly model: ServingModel;
  readonly movie: number;
}

export interface UserAnswersParts {
  readonly histories: HistoryCache<TextAnswer>;
  readonly recommender: Recommender;
  /** Absent: nothing that users write of themselves is looked up. */
  readonly descriptions?: DescribedTastes;
  readonly model: () => ServingModel;
  readonly nowMs: () => number;
}

export function createUserAnswers(parts: UserAnswersParts): UserAnswers {
  const { histories, recommender, descriptions, model: currentModel } = parts;
  const isCurrent = currentAnswers(parts.nowMs);

  function textFrom(userId: number, result: HistoryResult<TextAnswer>): TextAnswer {
    const model = currentModel();
    const kept = result.kind === "fresh" ? result.entry.answer : undefined;
    if (kept !== undefined && isCurrent(kept, model, userId)) return kept;
    const { history, known } = userOf(userId, result, descriptions);
    const asked = { n: LIST_LENGTH, ...known, userId };
    const list = recommender.recommend(model, history, asked);
    const { movies, personalised, propensities, isPartial } = list;
    const answer = {
      model,
      modelVersion: model.version,
      countsVersion: model.countsVersion,
      madeMs: parts.nowMs(),
      text: movies.map(({ movie }) => model.movies[movie]?.movieId).join(","),
      reason: reasonOf(result, list),
      personalised,
      propensities: propensities ?? null,
      isPartial: isPartial === true,
    };
    if (result.kind === "fresh") result.entry.answer = answer;
    return answer;
  }

  return {
    text(userId) {
      const result = histories.get(userId);
      return result instanceof Promise
        ? result.then((late) => textFrom(userId, late))
        : textFrom(userId, result);
    },
    async detailed(userId, options) {
      const result = await histories.get(userId);
      const model = currentModel();
      const { history, known } = userOf(userId, result, descriptions);
      const answer = recommender.recommend(model, history, { ...options, ...known, userId });
      const reason = reasonOf(result, answer);
      const propensities = answer.propensities ?? null;
      return { ...answer, propensities, model, reason, ...whatIsIn(history) };
    },
    async explainNot(userId, find) {
      const { history, known } = userOf(userId, await histories.get(userId), descriptions);
      const model = currentModel();
      const movie = find(model);
      const asked = { history, ...known, movie, n: LIST_LENGTH };
      return { ...explainNot(model, recommender, asked), model, movie };
    },
  };
}

function whatIsIn(history: PackedHistory): Pick<DetailedAnswer, "watched" | "lastEventMs"> {
  return { watched: rowCount(history), lastEventMs: latestEventMs(history) };
}

/** How long a list without all its models is kept: so long a machine may be too busy for a better one. */
const PARTIAL_MS = 1_000;

/** After new counts, the lists of all users are made anew within this time, each at a moment of its own. */
const SPREAD_MS = 45_000;

/**
 * A list by models from a history is made anew for new counts within this time, and not before half of it has passed: counts decide only
 * which popular movies are among its candidates, and it costs ten times as much as one by neighbours.
 */
const LEARNED_MS = 600_000;

/** Multiples of it, without the whole part, are spread evenly: neighbouring ids lie far apart. */
const GOLDEN_RATIO = 0.618_033_988_749_894_9;

/**
 * Whether a kept list is still good. New counts move a few movies by a place or two, but for everybody
 * at once: were all lists made anew at that moment, everybody would wait.
 */
function currentAnswers(nowMs: () => number) {
  let counts = { model: undefined as ServingModel | undefined, version: 0, sinceMs: 0 };
  return (answer: TextAnswer, model: ServingModel, userId: number): boolean => {
    if (answer.model !== model || answer.modelVersion !== model.version) return false;
    if (answer.isPartial && nowMs() - answer.madeMs >= PARTIAL_MS) return false;
    const behind = model.countsVersion - answer.countsVersion;
    if (behind === 0) return true;
    const turn = (userId * GOLDEN_RATIO) % 1;
    if (answer.reason === "history" && model.learned !== undefined) {
      return nowMs() - answer.madeMs < LEARNED_MS * (0.5 + 0.5 * turn);
    }
    if (counts.model !== model || counts.version !== model.countsVersion) {
      counts = { model, version: model.countsVersion, sinceMs: nowMs() };
    }
    return behind === 1 && nowMs() - counts.sinceMs < SPREAD_MS * turn;
  };
}

/** What the internal header tells of an answer. */
export type HeadedAnswer = Pick<TextAnswer, "model" | "reason" | "personalised" | "propensities">;

/** The header that goes with an answer. */
export function internalHeaderOf(answer: HeadedAnswer, build: string): InternalHeader {
  return {
    build,
    bundle: answer.model.bundleId,
    personalised: answer.personalised,
    propensities: answer.propensities === null ? null : [...answer.propensities],
    reason: answer.reason,
  };
}

interface ListedUser {
  readonly history: PackedHistory;
  readonly known: Pick<RecommendOptions, "hidden" | "described"> & Pick<KnownUser, "person">;
}

function userOf(
  userId: number,
  result: HistoryResult<TextAnswer>,
  descriptions: DescribedTastes | undefined,
): ListedUser {
  if (result.kind === "unavailable") return { history: EMPTY_HISTORY, known: { person: null } };
  const { history, hidden, person } = result.entry;
  const described = person === null ? undefined : () => descriptions?.of(userId, person);
  return { history, known: { hidden, person, described } };
}

function reasonOf(
  result: HistoryResult<TextAnswer>,
  {
    personalised,
    basis,
  }: { readonly personalised: boolean; readonly basis?: ColdBasis | undefined },
): ListReason {
  if (result.kind === "unavailable") return "history_unavailable";
  if (result.kind === "stale") return "stale_history";
  return personalised ? (basis ?? "history") : "no_signals";
}
