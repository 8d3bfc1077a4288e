import { ServiceError } from "@canarec/service-kit/errors";
import type { z } from "zod";
import { checkInteractions } from "../check-interactions.ts";
import type { Interactions } from "../interactions.ts";
import type { FitTools, Model, ModelName } from "../model.ts";
import { parseConfig } from "../parse-config.ts";
import { createNeighbourScorer, neighbourArtifact, neighbourTableOf } from "./neighbour-scorer.ts";
import type { NeighbourTable } from "./neighbour-table.ts";
import { type Weighing, weigherOf, weighingIn, type WeighUser } from "./weighing.ts";

/** How a model weighs a user's movies, and which of its parameters are stored for that. */
export interface WeighingRule<Config extends object> {
  readonly stored: (config: Config) => Readonly<Record<string, number>>;
  /** @param stored an artifact's numbers: those above, each of them there, and others. */
  readonly weigher: (stored: Readonly<Record<string, number>>) => WeighUser;
}

/** The rule of models whose config is a Weighing. */
export const BY_WEIGHING: WeighingRule<Weighing> = {
  stored: (config) => ({ ...weighingIn({ ...config }) }),
  weigher: (stored) => weigherOf(weighingIn(stored)),
};

/** What tells one model of neighbours from another. */
export interface TableModelParts<Config extends object> {
  readonly name: ModelName;
  readonly schema: z.ZodType<Config>;
  readonly defaults: Config;
  readonly weighing: WeighingRule<Config>;
  /** Learn the movies' weights to each other, from interactions and a config that are checked. */
  readonly table: (
    interactions: Interactions,
    config: Config,
    tools: FitTools,
  ) => Promise<NeighbourTable>;
}

/** A model that is a table of neighbours, and scores by adding up the rows of a user's movies. */
export function tableModel<Config extends object>({
  name,
  schema,
  defaults,
  weighing,
  table,
}: TableModelParts<Config>): Model<Config> {
  return {
    name,
    defaults,

    async fit(interactions, config, tools) {
      const checked = parseConfig(name, schema, config);
      checkInteractions(interactions);
      return neighbourArtifact(await table(interactions, checked, tools), weighing.stored(checked));
    },

    prepare(artifact) {
      const missing = Object.keys(weighing.stored(defaults)).find(
        (key) => artifact.numbers[key] === undefined,
      );
      if (missing !== undefined) throw new ServiceError("data_loss", `${missing} is not there`);
      return createNeighbourScorer(neighbourTableOf(artifact), weighing.weigher(artifact.numbers));
    },
  };
}
