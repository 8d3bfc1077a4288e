import { bigint, pgTable } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/**
 * Minutes whose exposures or platform answers changed: appended by the parser in the transaction of the rows, removed
 * by the judge after it has summarised the minute anew. So late and out-of-order rows are never missed.
 */
export const analysisMarks = pgTable("analysis_marks", {
  markKey: bigint("mark_key", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  /** The beginning of the minute, event time. */
  minute: instant("minute").notNull(),
});
