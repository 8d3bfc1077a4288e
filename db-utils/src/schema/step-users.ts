import { bigint, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** Users of the steps before an evaluation, each at the first exposure within its step: for the sample ratio alone. */
export const stepUsers = pgTable(
  "step_users",
  {
    releaseId: integer("release_id").notNull(),
    window: integer("window").notNull(),
    step: integer("step").notNull(),
    userId: bigint("user_id", { mode: "number" }).notNull(),
    /** Assigned at the first exposure. */
    track: text("track", { enum: ["main", "nightly"] }).notNull(),
    firstExposedAt: instant("first_exposed_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.releaseId, table.window, table.step, table.userId] })],
);
