import { type AuditEntry, createAuditRepository } from "@canarec/db-utils/audit/audit-repository";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { withDatabase } from "../with-database.ts";

export interface AuditOptions extends CommonOptions {
  readonly limit: number;
  readonly action?: string;
  readonly release?: number;
  /** Hours. */
  readonly since?: number;
}

const HOUR_MS = 3_600_000;
/** Of an outcome in the table; `--json` has all of it. */
const SHOWN = 70;

/** `canarec audit`: straight from the database, so that it can be read while the control plane is away. */
export async function auditAction(context: CliContext, options: AuditOptions): Promise<void> {
  const { limit, action, release: releaseId, since: hours } = options;
  const since = hours === undefined ? undefined : new Date(Date.now() - hours * HOUR_MS);
  const entries = await withDatabase(context, options, (database) =>
    createAuditRepository(database).list({ limit, action, releaseId, since }),
  );
  printResult(context, options, { entries }, (result) => auditTable(result.entries));
}

function auditTable(entries: readonly AuditEntry[]): string {
  if (entries.length === 0) return "Nothing is on record.";
  return table(
    ["when", "who", "token", "from", "what", "release", "outcome", "reason"],
    entries.map((entry) => [
      entry.at.toISOString(),
      ...[entry.actor, entry.credential, entry.source, whatOf(entry), entry.releaseId],
      ...[entry.outcome.replace(/\s+/g, " ").slice(0, SHOWN), entry.reason],
    ]),
  );
}

/** The action with what names its object. */
function whatOf({ action, arguments: asked }: AuditEntry): string {
  const fields = (asked ?? {}) as Readonly<Record<string, unknown>>;
  const object = ["ref", "userId", "name", "attempts", "arguments"].flatMap((field) => {
    const value = fields[field];
    return typeof value === "string" || typeof value === "number" || Array.isArray(value)
      ? [String(value)]
      : [];
  });
  return [action, ...object].join(" ").trim();
}
