import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { releases } from "./releases.ts";

/** One judgement a minute: written by the judge alone, acted on by the controller alone. */
export const verdicts = pgTable(
  "verdicts",
  {
    releaseId: integer("release_id")
      .notNull()
      .references(() => releases.releaseId),
    window: integer("window").notNull(),
    /** The minute that it is about. */
    at: instant("at").notNull(),
    row: integer("row").notNull(),
    kind: text("kind").notNull(),
    action: text("action").notNull(),
    reason: text("reason").notNull(),
    /** Everything to recompute it: inputs, sums, bounds, plan hash, code. */
    record: jsonb("record").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.releaseId, table.window, table.at] }),
    check("verdicts_row_range", sql`${table.row} between 1 and 9`),
  ],
);

/** First attempts and answers a minute, track and step: what the guardrails count. */
export const exposureMinutes = pgTable(
  "exposure_minutes",
  {
    releaseId: integer("release_id").notNull(),
    window: integer("window").notNull(),
    minute: instant("minute").notNull(),
    track: text("track", { enum: ["main", "nightly"] }).notNull(),
    step: integer("step").notNull(),
    /** Named counters, integers. */
    counts: jsonb("counts").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.releaseId, table.window, table.minute, table.track, table.step],
    }),
  ],
);

/** Users of an evaluation from their first exposure until they are mature and part of the sums. */
export const analysisUsers = pgTable(
  "analysis_users",
  {
    releaseId: integer("release_id").notNull(),
    window: integer("window").notNull(),
    userId: bigint("user_id", { mode: "number" }).notNull(),
    /** Assigned at the first exposure. */
    track: text("track", { enum: ["main", "nightly"] }).notNull(),
    firstExposedAt: instant("first_exposed_at").notNull(),
    /** Of the first exposure, from 0, counted from the beginning of the window. */
    hour: integer("hour").notNull(),
    /** Was assigned to both tracks under one snapshot. */
    crossedOver: integer("crossed_over").notNull().default(0),
    /** Added to the sums; null until mature. */
    summedAt: instant("summed_at"),
    /** Per-user figures as they entered the sums. */
    figures: jsonb("figures"),
  },
  (table) => [
    primaryKey({ columns: [table.releaseId, table.window, table.userId] }),
    index("analysis_users_waiting")
      .on(table.releaseId, table.window, table.firstExposedAt)
      .where(sql`${table.summedAt} is null`),
  ],
);

/** Sufficient statistics of mature users by track and hour of entry: exact sums. */
export const analysisSums = pgTable(
  "analysis_sums",
  {
    releaseId: integer("release_id").notNull(),
    window: integer("window").notNull(),
    track: text("track", { enum: ["main", "nightly"] }).notNull(),
    hour: integer("hour").notNull(),
    metric: text("metric").notNull(),
    /** Integers as decimal strings. */
    sums: jsonb("sums").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.releaseId, table.window, table.track, table.hour, table.metric],
    }),
  ],
);

/** How far the exposures are summarised. */
export const analysisProgress = pgTable(
  "analysis_progress",
  {
    releaseId: integer("release_id").notNull(),
    window: integer("window").notNull(),
    detail: jsonb("detail").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.window] })],
);
