import { sql } from "drizzle-orm";
import { check, integer, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";
import { releases } from "./releases.ts";

/** `skipped`: nothing was compared, because somebody said so or there was nothing to compare. */
export const GATE_VERDICTS = ["pass", "fail", "no-data", "skipped"] as const;

/** What the offline gate said of a release, once, before it had any user. */
export const gateResults = pgTable(
  "gate_results",
  {
    releaseId: integer("release_id")
      .primaryKey()
      .references(() => releases.releaseId),
    at: instant("at").notNull(),
    verdict: text("verdict", { enum: GATE_VERDICTS }).notNull(),
    /** `controller`, or who submitted the release with it. */
    actor: text("actor").notNull(),
    /** For people. */
    reason: text("reason").notNull(),
    /** The figures, as inference's contract has them; null where it was skipped, or the build has no gate. */
    report: jsonb("report"),
  },
  (table) => [
    check(
      "gate_results_verdict_known",
      sql`${table.verdict} in ('pass', 'fail', 'no-data', 'skipped')`,
    ),
  ],
);
