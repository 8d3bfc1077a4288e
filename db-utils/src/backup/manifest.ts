import { createHash } from "node:crypto";
import { z } from "zod";
import { ServiceError } from "@canarec/service-kit/errors";

/** Raised when an older version could not read what a newer one wrote. */
export const BACKUP_FORMAT = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const tableEntry = z.object({
  table: z.string(),
  /** In the order of the file. */
  columns: z.array(z.string()).min(1),
  file: z.string().regex(/^[a-z_]+\.copy\.gz$/),
  rows: z.int().nonnegative(),
  /** Of the rows' text in COPY's format, before compression. */
  sha256,
});

const manifestSchema = z.object({
  format: z.literal(BACKUP_FORMAT),
  /** `copy`: the tables are in files of COPY. `pg_dump`: beside them there is a dump of PostgreSQL's own tool. */
  method: z.enum(["copy", "copy+pg_dump"]),
  /** Why that method. */
  methodReason: z.string(),
  createdAt: z.iso.datetime(),
  /** The newest migration of the database that was backed up. */
  migration: z.string(),
  serverVersion: z.string(),
  tables: z.array(tableEntry),
  /** Partitions by day that the rows need. */
  partitions: z.array(z.string()),
  dump: z.object({ file: z.string(), tool: z.string(), sha256 }).nullable(),
  /** Of this manifest without this field: a truncated or edited one is refused. */
  sha256,
});

export type BackupManifest = z.output<typeof manifestSchema>;
export type BackupTable = z.output<typeof tableEntry>;

/** The manifest with its own checksum, as text. */
export function formatManifest(manifest: Omit<BackupManifest, "sha256">): string {
  return `${JSON.stringify({ ...manifest, sha256: checksum(manifest) }, null, 2)}\n`;
}

/** @throws ServiceError "data_loss" when it is not what `formatManifest` wrote. */
export function parseManifest(text: string): BackupManifest {
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new ServiceError(
      "data_loss",
      `manifest.json is damaged: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { sha256: expected, ...rest } = parsed.data;
  if (checksum(rest) !== expected) {
    throw new ServiceError("data_loss", "manifest.json is damaged: its checksum is wrong");
  }
  return parsed.data;
}

/** Fields in the order of the schema, whoever made the object. */
function checksum(manifest: Omit<BackupManifest, "sha256">): string {
  const canonical = JSON.stringify(manifestSchema.omit({ sha256: true }).parse(manifest));
  return createHash("sha256").update(canonical).digest("hex");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
