import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** One try of the load balancer at a replica. */
export interface ExposureAttempt {
  /** Null if none could be tried. */
  readonly replica: string | null;
  /** Null if there was no answer. */
  readonly status: number | null;
  readonly ms: number;
  readonly error?: string | undefined;
}

/**
 * One answer given to one user (contract: Exposure v1). Partitioned by day of `answered_at` (UTC), kept 14 days.
 * Build, bundle and replica are null where no replica answered.
 */
export const exposures = pgTable(
  "exposures",
  {
    userId: bigint("user_id", { mode: "number" }).notNull(),
    answeredAt: instant("answered_at").notNull(),
    snapshotVersion: bigint("snapshot_version", { mode: "number" }),
    step: integer("step"),
    /** The release that nightly served; null while none was under way. */
    releaseId: integer("release_id"),
    status: integer("status").notNull(),
    /** To the last byte. */
    latencyUs: integer("latency_us").notNull(),
    personalised: boolean("personalised").notNull(),
    pinned: boolean("pinned").notNull(),
    requestId: text("request_id").notNull(),
    assigned: text("assigned").notNull(),
    served: text("served").notNull(),
    reason: text("reason").notNull(),
    build: text("build"),
    bundle: text("bundle"),
    replica: text("replica"),
    attempts: jsonb("attempts").$type<readonly ExposureAttempt[]>().notNull(),
    /** Movie ids as answered, best first. */
    list: text("list").array().notNull(),
    propensities: jsonb("propensities").$type<readonly number[]>(),
  },
  (table) => [
    primaryKey({ columns: [table.answeredAt, table.requestId] }),
    check("exposures_assigned_known", sql`${table.assigned} in ('main', 'nightly')`),
    check("exposures_served_known", sql`${table.served} in ('main', 'nightly', 'none')`),
    check("exposures_latency_us_range", sql`${table.latencyUs} >= 0`),
    index("exposures_by_user").on(table.userId, table.answeredAt),
  ],
);
