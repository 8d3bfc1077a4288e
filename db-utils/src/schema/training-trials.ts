import { sql } from "drizzle-orm";
import { check, doublePrecision, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** Configs that were tried on a validation split, so that a search that was broken off goes on where it was. */
export const trainingTrials = pgTable(
  "training_trials",
  {
    /** sha256 of what was fitted and what it was tried on. */
    splitHash: text("split_hash").notNull(),
    model: text("model").notNull(),
    /** sha256 of the canonical JSON of `config`. */
    configHash: text("config_hash").notNull(),
    triedAt: instant("tried_at").notNull().defaultNow(),
    /** The metric that is searched for; null where the model could not be fitted with it. */
    score: doublePrecision("score"),
    seconds: doublePrecision("seconds").notNull(),
    metric: text("metric").notNull(),
    config: jsonb("config").notNull(),
    failure: text("failure"),
  },
  (table) => [
    primaryKey({ columns: [table.splitHash, table.model, table.metric, table.configHash] }),
    check("training_trials_split_hash_shape", sql`${table.splitHash} ~ '^[0-9a-f]{64}$'`),
    check("training_trials_config_hash_shape", sql`${table.configHash} ~ '^[0-9a-f]{64}$'`),
    check("training_trials_whole", sql`(${table.score} is null) = (${table.failure} is not null)`),
  ],
);
