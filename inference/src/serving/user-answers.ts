import type { HistoryCache, HistoryResult } from "../history/history-cache.ts";
import type { InternalHeader, ListReason } from "../contract/internal-header.ts";
import { EMPTY_HISTORY, type PackedHistory, rowCount } from "../retrieval/packed-history.ts";
import type { Recommendations, RecommendOptions, Recommender } from "./recommender.ts";
import type { ServingModel } from "./serving-model.ts";

/** Length of the list of the text route. */
export const LIST_LENGTH = 20;

/** The answer of the text route, kept beside a history until an event or a newer model changes it. */
export interface TextAnswer {
  readonly model: ServingModel;
  readonly modelVersion: number;
  /** Movie ids, joined by commas. */
  readonly text: string;
  readonly reason: ListReason;
  readonly personalised: boolean;
}

/** A list with all that an explanation needs. */
export interface DetailedAnswer extends Recommendations {
  readonly model: ServingModel;
  readonly reason: ListReason;
  /** Movies that the user has watched or rated. */
  readonly watched: number;
}

export interface UserAnswers {
  /** At once where the user's list is in memory; never rejects. */
  text(userId: number): TextAnswer | Promise<TextAnswer>;
  detailed(userId: number, options: RecommendOptions): Promise<DetailedAnswer>;
}

export interface UserAnswersParts {
  readonly histories: HistoryCache<TextAnswer>;
  readonly recommender: Recommender;
  readonly model: () => ServingModel;
}

export function createUserAnswers(parts: UserAnswersParts): UserAnswers {
  const { histories, recommender, model: currentModel } = parts;

  function textFrom(result: HistoryResult<TextAnswer>): TextAnswer {
    const model = currentModel();
    const kept = result.kind === "unavailable" ? undefined : result.entry.answer;
    if (kept?.model === model && kept.modelVersion === model.version && result.kind === "fresh") {
      return kept;
    }
    const { movies, personalised } = recommender.recommend(model, historyOf(result), {
      n: LIST_LENGTH,
    });
    const answer = {
      model,
      modelVersion: model.version,
      text: movies.map(({ movie }) => model.movies[movie]?.movieId).join(","),
      reason: reasonOf(result, personalised),
      personalised,
    };
    if (result.kind === "fresh") result.entry.answer = answer;
    return answer;
  }

  return {
    text(userId) {
      const result = histories.get(userId);
      return result instanceof Promise ? result.then(textFrom) : textFrom(result);
    },
    async detailed(userId, options) {
      const result = await histories.get(userId);
      const model = currentModel();
      const history = historyOf(result);
      const answer = recommender.recommend(model, history, options);
      const reason = reasonOf(result, answer.personalised);
      return { ...answer, model, reason, watched: rowCount(history) };
    },
  };
}

/** The header that goes with an answer. */
export function internalHeaderOf(
  answer: Pick<TextAnswer, "model" | "reason" | "personalised">,
  build: string,
): InternalHeader {
  return {
    build,
    bundle: answer.model.bundleId,
    personalised: answer.personalised,
    propensities: null,
    reason: answer.reason,
  };
}

function historyOf(result: HistoryResult<TextAnswer>): PackedHistory {
  return result.kind === "unavailable" ? EMPTY_HISTORY : result.entry.history;
}

function reasonOf(result: HistoryResult<TextAnswer>, personalised: boolean): ListReason {
  if (result.kind === "unavailable") return "history_unavailable";
  if (result.kind === "stale") return "stale_history";
  return personalised ? "history" : "no_signals";
}
