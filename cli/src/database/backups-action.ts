import path from "node:path";
import { listBackups } from "@canarec/db-utils/backup/stored-backups";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { lasting, sized } from "../output/words.ts";
import { findBackups } from "./find-backups.ts";

/** What `canarec db backups` tells. */
export interface BackupList {
  readonly folder: string;
  /** The newest first. */
  readonly backups: readonly {
    readonly folder: string;
    readonly createdAt: string;
    readonly migration: string;
    readonly rows: number;
    readonly bytes: number;
    /** Null: never restored and compared. */
    readonly verified: { readonly at: string; readonly seconds: number } | null;
  }[];
  readonly unreadable: readonly { readonly folder: string; readonly reason: string }[];
}

/** `canarec db backups`: needs no server. */
export async function backupsAction(
  context: CliContext,
  folder: string | undefined,
  options: CommonOptions,
): Promise<void> {
  const where =
    folder === undefined
      ? findBackups(context, options).folder
      : path.resolve(context.folder, folder);
  const { backups, unreadable } = await listBackups(where);
  const result: BackupList = {
    folder: where,
    backups: backups.map(({ createdAt, verification, ...backup }) => ({
      ...backup,
      createdAt: createdAt.toISOString(),
      verified: verification && { at: verification.at, seconds: verification.seconds },
    })),
    unreadable,
  };
  printResult(context, options, result, inWords);
}

function inWords({ folder, backups, unreadable }: BackupList): string {
  const lines =
    backups.length === 0
      ? [`No backup in ${folder}.`]
      : [
          table(
            ["backup", "rows", "size", "verified", "restored in"],
            backups.map((backup) => [
              path.basename(backup.folder),
              backup.rows,
              sized(backup.bytes),
              backup.verified?.at ?? "never",
              backup.verified === null ? null : lasting(backup.verified.seconds),
            ]),
          ),
        ];
  for (const { folder: each, reason } of unreadable) lines.push(`${each}: ${reason}`);
  return lines.join("\n");
}
