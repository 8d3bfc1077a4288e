import { sql } from "drizzle-orm";
import { bigint, check, index, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { releases } from "./releases.ts";

/** One row: the fencing epoch, which grows whenever another controller begins to lead. */
export const controlEpoch = pgTable(
  "control_epoch",
  {
    only: integer("only").primaryKey(),
    epoch: bigint("epoch", { mode: "number" }).notNull(),
    leader: text("leader").notNull(),
    since: instant("since").notNull(),
  },
  (table) => [check("control_epoch_one_row", sql`${table.only} = 1`)],
);

/** Routing snapshots as written for the data planes; the newest is what they should have. */
export const routingSnapshots = pgTable("routing_snapshots", {
  version: bigint("version", { mode: "number" }).primaryKey(),
  epoch: bigint("epoch", { mode: "number" }).notNull(),
  createdAt: instant("created_at").notNull(),
  releaseId: integer("release_id"),
  snapshot: jsonb("snapshot").notNull(),
});

/** Replicas of inference that the control plane started, so that one started anew finds them. */
export const replicas = pgTable(
  "replicas",
  {
    /** Unique for ever: release, and a counter. */
    name: text("name").primaryKey(),
    releaseId: integer("release_id")
      .notNull()
      .references(() => releases.releaseId),
    runtime: text("runtime").notNull(),
    state: text("state", {
      enum: ["starting", "ready", "draining", "stopped", "failed"],
    }).notNull(),
    url: text("url"),
    /** What the runtime finds it by: process id and start time, or container id. */
    handle: jsonb("handle"),
    startedAt: instant("started_at").notNull(),
    stoppedAt: instant("stopped_at"),
    /** Why it ended, with its last log lines. */
    detail: jsonb("detail"),
  },
  (table) => [
    check(
      "replicas_state_known",
      sql`${table.state} in ('starting', 'ready', 'draining', 'stopped', 'failed')`,
    ),
    index("replicas_by_release").on(table.releaseId),
  ],
);

/** Tokens of the control API besides the home's own; only their hashes are kept. */
export const operatorTokens = pgTable(
  "operator_tokens",
  {
    /** Whose it is, as the audit log names them; never used twice. */
    name: text("name").primaryKey(),
    /** SHA-256 of the token in hexadecimal digits. */
    sha256: text("sha256").notNull(),
    createdAt: instant("created_at").notNull(),
    createdBy: text("created_by").notNull(),
    revokedAt: instant("revoked_at"),
  },
  (table) => [check("operator_tokens_hashed", sql`${table.sha256} ~ '^[0-9a-f]{64}$'`)],
);

/** What operators asked for, and what became of it. */
export const auditLog = pgTable(
  "audit_log",
  {
    auditKey: bigint("audit_key", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    at: instant("at").notNull(),
    /** As they say themselves. */
    actor: text("actor").notNull(),
    action: text("action").notNull(),
    releaseId: integer("release_id"),
    reason: text("reason"),
    arguments: jsonb("arguments").notNull(),
    outcome: text("outcome").notNull(),
    /** Whose token it was: a name of `operator_tokens`, `home`, or null where there was none. */
    credential: text("credential"),
    /** Address of who asked, or the machine of a command; null in rows of older builds. */
    source: text("source"),
  },
  (table) => [index("audit_log_by_time").on(table.at)],
);

/** Messages for the operators, each sent once. */
export const notices = pgTable(
  "notices",
  {
    /** Names the event: the same event writes no second row. */
    noticeKey: text("notice_key").primaryKey(),
    createdAt: instant("created_at").notNull(),
    kind: text("kind").notNull(),
    releaseId: integer("release_id"),
    text: text("text").notNull(),
    attempts: integer("attempts").notNull().default(0),
    sendAfter: instant("send_after").notNull(),
    sentAt: instant("sent_at"),
  },
  (table) => [
    index("notices_unsent")
      .on(table.sendAfter)
      .where(sql`${table.sentAt} is null`),
  ],
);
