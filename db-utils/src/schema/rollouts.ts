import { bigint, index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { releases } from "./releases.ts";

/** Where each release stands: the outcome of its last transition, written in the same transaction. */
export const rollouts = pgTable(
  "rollouts",
  {
    releaseId: integer("release_id")
      .primaryKey()
      .references(() => releases.releaseId),
    state: text("state").notNull(),
    /** Of the plan; 0 before the first. */
    step: integer("step").notNull().default(0),
    /** Evaluation window, from 1; 0 before the first. */
    window: integer("window").notNull().default(0),
    /** All that a transition is decided from. */
    detail: jsonb("detail").notNull(),
    sequence: integer("sequence").notNull(),
    updatedAt: instant("updated_at").notNull(),
  },
  (table) => [index("rollouts_by_state").on(table.state)],
);

/** Every change of a rollout, written before it is acted on; never changed, never deleted. */
export const rolloutTransitions = pgTable(
  "rollout_transitions",
  {
    releaseId: integer("release_id")
      .notNull()
      .references(() => releases.releaseId),
    /** From 1, without gaps. */
    sequence: integer("sequence").notNull(),
    at: instant("at").notNull(),
    /** Fencing epoch of the controller that decided. */
    epoch: bigint("epoch", { mode: "number" }).notNull(),
    fromState: text("from_state"),
    toState: text("to_state").notNull(),
    fromStep: integer("from_step"),
    toStep: integer("to_step").notNull(),
    /** `controller`, or who asked for it. */
    actor: text("actor").notNull(),
    reason: text("reason").notNull(),
    evidence: jsonb("evidence").notNull(),
    /** The rollout as it was when this was decided. */
    decidedFrom: jsonb("decided_from").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.sequence] })],
);
