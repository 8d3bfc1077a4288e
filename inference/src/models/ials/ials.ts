import { z } from "zod";
import { checkInteractions } from "../check-interactions.ts";
import { reportStep } from "../fit-steps.ts";
import type { Artifact, Model, Scorer } from "../model.ts";
import { parseConfig } from "../parse-config.ts";
import {
  BINARY_WEIGHING,
  type Weighing,
  WeighingShape,
  weigherOf,
  weighingIn,
} from "../sparse/weighing.ts";
import { weightedRows } from "../sparse/weighted-rows.ts";
import { tallGram } from "../linear-algebra/tall-gram.ts";
import { createFactorScorer } from "./factor-scorer.ts";
import { type ContentOptions, placeByContent } from "./place-by-content.ts";
import { type FactorOptions, fitFactors } from "./fit-factors.ts";

const Config = z.strictObject({
  ...WeighingShape,
  factors: z.int().min(1).max(512),
  iterations: z.int().min(1).max(1000),
  steps: z.int().min(1).max(512),
  seed: z.int(),
  unobservedWeight: z.number().positive().max(1),
  lambda: z.number().positive(),
  frequencyExponent: z.number().min(0).max(1),
  contentBelow: z.number().min(0),
  contentRidge: z.number().positive(),
});

/** How iALS learns. */
export interface IalsConfig extends Weighing, FactorOptions, ContentOptions {}

/**
 * Factors of users and movies from what was chosen and what was not: weighted alternating least squares (Hu, Koren,
 * Volinsky 2008) with regularisation by frequency (Rendle et al. 2022). An entry's magnitude is its confidence; one below 0 is a
 * refusal, foretold as 0 with that confidence. Users are not kept: each is folded in when asked for.
 */
export const ials: Model<IalsConfig> = {
  name: "ials",
  defaults: {
    ...BINARY_WEIGHING,
    factors: 64,
    iterations: 15,
    steps: 3,
    seed: 1,
    unobservedWeight: 0.1,
    lambda: 0.02,
    frequencyExponent: 1,
    contentBelow: 1,
    contentRidge: 1,
  },

  async fit(interactions, config, tools): Promise<Artifact> {
    const checked = parseConfig("ials", Config, config);
    checkInteractions(interactions);
    await reportStep(tools, 0);
    const rows = weightedRows(interactions, checked, Infinity);
    const { factors, unobservedWeight, lambda, frequencyExponent } = checked;
    const { movies, knownMovies } = await fitFactors(rows, checked, tools);
    const { products } = tools;
    const gram = await tallGram(movies, factors, { products, scale: unobservedWeight });
    const entries = new Int32Array(rows.columns);
    for (const movie of rows.columnOf) entries[movie] = (entries[movie] as number) + 1;
    await placeByContent({ movies, factors, entries }, checked, tools); // gram is of what was watched alone
    const regularisation = { unobservedWeight, lambda, frequencyExponent };
    const numbers = { ...weighingIn({ ...checked }), ...regularisation, factors, knownMovies };
    return { numbers, arrays: { movies: movies.slice(), gram } };
  },

  prepare({ numbers, arrays }): Scorer {
    const numberOf = (key: string) => numbers[key] ?? NaN;
    const basis = {
      factors: numberOf("factors"),
      knownMovies: numberOf("knownMovies"),
      unobservedWeight: numberOf("unobservedWeight"),
      lambda: numberOf("lambda"),
      frequencyExponent: numberOf("frequencyExponent"),
      movies: arrays["movies"] as Float32Array,
      gram: arrays["gram"] as Float64Array,
    };
    return createFactorScorer(basis, weigherOf(weighingIn(numbers)));
  },
};
