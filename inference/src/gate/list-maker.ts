import type { HistoryEntry } from "@canarec/db-utils/interactions/decode-history";
import { packHistory } from "../history/read-history.ts";
import { type Recommender, createRecommender } from "../serving/recommender.ts";
import type { ServingModel } from "../serving/serving-model.ts";
import { LIST_LENGTH } from "../serving/user-answers.ts";

/** Makes the lists of one bundle with the code that a replica makes them with. */
export interface ListMaker {
  readonly model: ServingModel;
  /** Movie keys, best first, at most 20. @param entries in any order. */
  list(entries: readonly HistoryEntry[]): number[];
}

export function createListMaker(model: ServingModel): ListMaker {
  const recommender: Recommender = createRecommender();
  return {
    model,
    list(entries) {
      const { movies } = recommender.recommend(model, packHistory(entries), { n: LIST_LENGTH });
      return movies.map(({ movie }) => model.movies[movie]?.movieKey ?? -1);
    },
  };
}
