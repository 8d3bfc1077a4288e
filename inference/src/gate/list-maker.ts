import { packHistory } from "../history/read-history.ts";
import type { BarRule } from "../retrieval/bar-rule.ts";
import { createRecommender } from "../serving/recommender.ts";
import type { ServingModel } from "../serving/serving-model.ts";
import { LIST_LENGTH } from "../serving/user-answers.ts";
import type { UserHistory } from "./read-users.ts";

/** Makes the lists of one bundle with the code that a replica makes them with. */
export interface ListMaker {
  readonly model: ServingModel;
  /** Movie keys, best first, at most 20, exploring as a replica does. */
  list(user: UserHistory): number[];
}

export function createListMaker(model: ServingModel, barring: BarRule): ListMaker {
  const recommender = createRecommender({ barring });
  return {
    model,
    list({ userId, entries, hidden, person = null }) {
      const options = { n: LIST_LENGTH, userId, hidden, person };
      const { movies } = recommender.recommend(model, packHistory(entries), options);
      return movies.map(({ movie }) => model.movies[movie]?.movieKey ?? -1);
    },
  };
}
