import path from "node:path";
import {
  type BackupRetention,
  DEFAULT_BACKUP_RETENTION,
} from "@canarec/db-utils/backup/expired-backups";
import { readClusterFile } from "@canarec/local-cluster/cluster-file";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findHome } from "../find-servers.ts";

/** Where scheduled backups are, and how long each is kept. */
export interface BackupPlace extends BackupRetention {
  /** Absolute. */
  readonly folder: string;
}

/**
 * What the environment says; else what the cluster of the home was told, also where it was killed; else `backups` in the
 * home, and the defaults. Needs no server.
 *
 * @throws ServiceError `data_loss` if the cluster's file is damaged.
 */
export function findBackups(context: CliContext, options: CommonOptions): BackupPlace {
  const { config, home } = findHome(context, options);
  const cluster = readClusterFile(home)?.backups;
  const own =
    config.backupFolder === undefined
      ? undefined
      : path.resolve(context.folder, config.backupFolder);
  const { daily, weekly } = cluster ?? DEFAULT_BACKUP_RETENTION;
  return {
    folder: own ?? cluster?.folder ?? path.join(home, "backups"),
    daily: config.backupDaily ?? daily,
    weekly: config.backupWeekly ?? weekly,
  };
}
