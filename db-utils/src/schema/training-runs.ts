import { sql } from "drizzle-orm";
import { bigint, check, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import type { BundleWatermark } from "./bundles.ts";
import { instant } from "./columns.ts";

export const TRAINING_RUN_STATES = ["running", "succeeded", "failed"] as const;

/** Each time that models were trained: on what, with which parameters, how well, and which bundle came of it. */
export const trainingRuns = pgTable(
  "training_runs",
  {
    runKey: bigint("run_key", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    startedAt: instant("started_at").notNull(),
    finishedAt: instant("finished_at"),
    /** Only interactions from then on were used; null: all. */
    since: instant("since"),
    users: bigint("users", { mode: "number" }),
    interactions: bigint("interactions", { mode: "number" }),
    /** Of the bundle's artifacts. */
    bytes: bigint("bytes", { mode: "number" }),
    seed: integer("seed").notNull(),
    movies: integer("movies"),
    state: text("state", { enum: TRAINING_RUN_STATES }).notNull().default("running"),
    /** Commit of the code that trained, or `unknown`. */
    code: text("code").notNull(),
    /** Where in the stream its data ends; null until it has been read. */
    watermark: jsonb("watermark").$type<BundleWatermark>(),
    /** sha256 of the interactions in rows. */
    dataHash: text("data_hash"),
    /** Config by model, and the blend. */
    parameters: jsonb("parameters"),
    /** Seconds by step. */
    durations: jsonb("durations"),
    /** By model, and of the blend: metric, estimate and standard error. */
    metrics: jsonb("metrics"),
    /** No reference: bundles are pruned, the diary is not. */
    bundleId: text("bundle_id"),
    failure: text("failure"),
  },
  (table) => [
    check("training_runs_state_known", sql`${table.state} in ('running', 'succeeded', 'failed')`),
    check(
      "training_runs_finished_whole",
      sql`(${table.state} = 'running') = (${table.finishedAt} is null)`,
    ),
    check(
      "training_runs_succeeded_whole",
      sql`${table.state} <> 'succeeded' or num_nulls(${table.bundleId}, ${table.dataHash}, ${table.parameters}) = 0`,
    ),
    check("training_runs_data_hash_shape", sql`${table.dataHash} ~ '^[0-9a-f]{64}$'`),
    check("training_runs_seed_range", sql`${table.seed} >= 0`),
    index("training_runs_by_bundle").on(table.bundleId),
  ],
);
