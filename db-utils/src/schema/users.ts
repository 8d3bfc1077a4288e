import { sql } from "drizzle-orm";
import { bigint, check, index, integer, pgTable, smallint, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { METADATA_STATES } from "./movies.ts";

/** The platform's users, by the platform's own number: a non-negative integer of at most 53 bits. */
export const users = pgTable(
  "users",
  {
    userId: bigint("user_id", { mode: "number" }).primaryKey(),
    firstSeenAt: instant("first_seen_at").notNull().defaultNow(),
    accountCreatedAt: instant("account_created_at"),
    /** When the platform is to be asked next; null: not any more. */
    lookupAfter: instant("lookup_after").defaultNow(),
    lookupAttempts: integer("lookup_attempts").notNull().default(0),
    age: smallint("age"),
    gender: text("gender"),
    occupation: text("occupation"),
    likes: text("likes"),
    dislikes: text("dislikes"),
    metadataState: text("metadata_state", { enum: METADATA_STATES })
      .notNull()
      .default("placeholder"),
  },
  (table) => [
    check("users_user_id_range", sql`${table.userId} between 0 and 9007199254740991`),
    check("users_age_range", sql`${table.age} between 0 and 150`),
    check("users_lookup_attempts_range", sql`${table.lookupAttempts} >= 0`),
    check(
      "users_metadata_state_known",
      sql`${table.metadataState} in ('placeholder', 'known', 'unknown')`,
    ),
    index("users_lookup_due")
      .on(table.lookupAfter)
      .where(sql`${table.lookupAfter} is not null`),
  ],
);
