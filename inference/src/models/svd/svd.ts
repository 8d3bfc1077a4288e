import { z } from "zod";
import { checkInteractions } from "../check-interactions.ts";
import { reportStep } from "../fit-steps.ts";
import type { Artifact, Model, Scorer } from "../model.ts";
import { parseConfig } from "../parse-config.ts";
import { type RatingOptions, fitRatingFactors } from "./fit-rating-factors.ts";
import { createRatingScorer } from "./rating-scorer.ts";

const Config = z.strictObject({
  factors: z.int().min(0).max(512),
  epochs: z.int().min(1).max(1000),
  learningRate: z.number().positive().max(0.1),
  decay: z.number().positive().max(10),
  biasDamping: z.number().positive(),
  spread: z.number().min(0).max(10),
  seed: z.int(),
});

/** How SVD learns. */
export type SvdConfig = RatingOptions;

/**
 * The rating that a user would give: biases of user and movie, and the product of their factors (Koren, Bell, Volinsky
 * 2009). For the rating shown beside a movie, not for lists: what is rated well is not what is chosen.
 *
 * It takes every preference for a rating (2 · rating − 1, rating in [0, 1]): give it the rated interactions alone. A score is a
 * normalised rating. Users are not kept: each is folded in when asked for.
 */
export const svd: Model<SvdConfig> = {
  name: "svd",
  defaults: {
    factors: 64,
    epochs: 60,
    learningRate: 0.01,
    decay: 0.09,
    biasDamping: 3,
    spread: 0.5,
    seed: 1,
  },

  async fit(interactions, config, tools): Promise<Artifact> {
    const checked = parseConfig("svd", Config, config);
    checkInteractions(interactions);
    await reportStep(tools, 0);
    const { mean, movies, movieFactors } = await fitRatingFactors(interactions, checked, tools);
    await reportStep(tools, 1);
    const { factors, decay, biasDamping } = checked;
    return {
      numbers: { mean, factors, decay, biasDamping },
      arrays: { biases: Float32Array.from(movies), movieFactors: Float32Array.from(movieFactors) },
    };
  },

  prepare({ numbers, arrays }): Scorer {
    const numberOf = (key: string) => numbers[key] ?? NaN;
    return createRatingScorer({
      mean: numberOf("mean"),
      factors: numberOf("factors"),
      decay: numberOf("decay"),
      biasDamping: numberOf("biasDamping"),
      biases: arrays["biases"] as Float32Array,
      movieFactors: arrays["movieFactors"] as Float32Array,
    });
  },
};
