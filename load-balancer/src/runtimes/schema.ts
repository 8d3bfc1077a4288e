import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";

/** Where a build says which migrations it knows; from its root. */
export const JOURNAL = "db-utils/drizzle/meta/_journal.json";

const Journal = z.object({ entries: z.array(z.object({ tag: z.string() })) });

/**
 * Migrations are only applied from main, and only add: an older build runs on a newer schema, never the
 * other way round.
 *
 * @param journal of the build, as text.
 * @param applied tags of the migrations that the database has.
 * @throws ServiceError `failed_precondition` naming what the database lacks.
 */
export function requireSchema(journal: string, applied: readonly string[]): void {
  const known = Journal.parse(JSON.parse(journal)).entries.map(({ tag }) => tag);
  const missing = known.filter((tag) => !applied.includes(tag));
  if (missing.length === 0) return;
  throw new ServiceError(
    "failed_precondition",
    `it needs a newer schema (${missing.join(", ")}): migrations are applied from main`,
  );
}
