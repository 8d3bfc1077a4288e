import type { HistoryEntry } from "@canarec/db-utils/interactions/decode-history";
import { packHistory } from "../history/read-history.ts";
import type { BarRule } from "../retrieval/bar-rule.ts";
import { createRecommender } from "../serving/recommender.ts";
import type { ServingModel } from "../serving/serving-model.ts";
import { LIST_LENGTH } from "../serving/user-answers.ts";

/** Makes the lists of one bundle with the code that a replica makes them with. */
export interface ListMaker {
  readonly model: ServingModel;
  /** Movie keys, best first, at most 20, exploring as a replica does. @param entries in any order. */
  list(userId: number, entries: readonly HistoryEntry[]): number[];
}

export function createListMaker(model: ServingModel, barring: BarRule): ListMaker {
  const recommender = createRecommender({ barring });
  return {
    model,
    list(userId, entries) {
      const options = { n: LIST_LENGTH, userId };
      const { movies } = recommender.recommend(model, packHistory(entries), options);
      return movies.map(({ movie }) => model.movies[movie]?.movieKey ?? -1);
    },
  };
}
