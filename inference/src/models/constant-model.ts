import type { z } from "zod";
import { checkInteractions } from "./check-interactions.ts";
import { createConstantScorer } from "./constant-scorer.ts";
import { reportStep } from "./fit-steps.ts";
import type { Interactions } from "./interactions.ts";
import type { Model, ModelName } from "./model.ts";
import { parseConfig } from "./parse-config.ts";

/** What a model that says the same of everybody differs by. */
export interface ConstantModel<Config extends object> {
  readonly name: ModelName;
  readonly schema: z.ZodType<Config>;
  readonly defaults: Config;
  /** @returns scores, finite, (movies). */
  readonly scoresOf: (interactions: Interactions, config: Config) => Float32Array;
}

/** A model whose artifact is one score a movie, whatever a user watched. */
export function constantModel<Config extends object>({
  name,
  schema,
  defaults,
  scoresOf,
}: ConstantModel<Config>): Model<Config> {
  return {
    name,
    defaults,
    async fit(interactions, config, tools) {
      const checked = parseConfig(name, schema, config);
      checkInteractions(interactions);
      await reportStep(tools, 0);
      const scores = scoresOf(interactions, checked);
      await reportStep(tools, 1);
      return { numbers: {}, arrays: { scores } };
    },
    prepare: ({ arrays: { scores } }) => createConstantScorer(scores as Float32Array),
  };
}
