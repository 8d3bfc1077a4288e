import { type AuditEntry, createAuditRepository } from "@canarec/db-utils/audit/audit-repository";
import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { controlApi } from "../release/control-api.ts";
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

/**
 * `canarec audit`: straight from the database, so that it can be read while the control plane is away; from the control
 * plane for whoever is told of that alone.
 */
export async function auditAction(context: CliContext, options: AuditOptions): Promise<void> {
  const { limit, action, release: releaseId, since: hours } = options;
  const since = hours === undefined ? undefined : new Date(Date.now() - hours * HOUR_MS);
  const { databaseUrl, controlUrl } = findServers(context, options).config;
  const entries =
    databaseUrl === undefined && controlUrl !== undefined
      ? await askControl(context, options, since)
      : await withDatabase(context, options, (database) =>
          createAuditRepository(database).list({ limit, action, releaseId, since }),
        );
  printResult(context, options, { entries }, (result) => auditTable(result.entries));
}

const Listed = z.object({
  entries: z.array(
    z.object({
      ...{ key: z.number(), at: z.coerce.date(), actor: z.string(), action: z.string() },
      ...{ credential: z.string().nullable(), source: z.string().nullable() },
      ...{ releaseId: z.number().nullable(), reason: z.string().nullable() },
      ...{ arguments: z.unknown(), outcome: z.string() },
    }),
  ),
});

async function askControl(
  context: CliContext,
  options: AuditOptions,
  since: Date | undefined,
): Promise<readonly AuditEntry[]> {
  const { limit, action, release } = options;
  const query = new URLSearchParams({
    limit: String(limit),
    ...(action !== undefined && { action }),
    ...(release !== undefined && { release: String(release) }),
    ...(since !== undefined && { since: since.toISOString() }),
  });
  const answer = await controlApi(context, options).get(`/audit?${query.toString()}`);
  return Listed.parse(answer).entries;
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
