import { rankTop } from "@canarec/inference/evaluation/rank-top";
import type { ModelName, Scorer } from "@canarec/inference/models/model";
import { prepareModels } from "@canarec/inference/training/ask-cases";
import { fitNight } from "./fit-night.ts";
import { LIST_LENGTH, type Policy } from "./policy.ts";

/** One model by itself. */
export function createModelPolicy(name: ModelName): Policy {
  let scorer: Scorer | undefined;
  return {
    name,
    async train({ interactions, features }) {
      scorer = prepareModels(await fitNight([name], interactions, features)).get(name);
    },
    list({ known, barred }) {
      if (scorer === undefined) return [];
      const scores = new Float32Array(scorer.movies);
      scorer.score(known, scores);
      for (const movie of barred) scores[movie] = -Infinity;
      const ranks = Int32Array.from(scores.keys());
      return Array.from(rankTop(scores, ranks, LIST_LENGTH));
    },
  };
}
