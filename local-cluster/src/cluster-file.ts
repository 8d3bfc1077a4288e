import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";

const ClusterFile = z.object({
  /** The process that runs the cluster. */
  pid: z.int().positive(),
  startedAt: z.iso.datetime(),
  publicUrl: z.url(),
  /** Holds the password. */
  postgresUrl: z.string(),
  /** `host:port,host:port` */
  kafkaBrokers: z.string(),
  chromaUrl: z.url(),
  streamTopic: z.string(),
  /** What the lines of the stream mean: zone of their times, best rating. */
  streamZone: z.string().default("UTC"),
  ratingMax: z.int().default(5),
  /** Where MiniLM is read from, as MINILM_PATH; null: the shipped one. */
  minilmPath: z.string().nullable().default(null),
  /** What is in no list, as HIDE_ADULT and WATCHED_ABOVE_SHARE. */
  hideAdult: z.boolean().default(false),
  watchedAboveShare: z.number().min(0).max(1).default(0),
  /** The control plane's API; its token is in `control-token` beside this file. */
  controlUrl: z.url().nullable().default(null),
  /** The repository that releases are of. */
  releaseRepository: z.string().nullable().default(null),
  /** Where scheduled backups go, and of how many days and weeks they stay; absent in the file of an older version. */
  backups: z
    .object({
      folder: z.string(),
      daily: z.int().positive(),
      weekly: z.int().nonnegative(),
    })
    .optional(),
  /** Every child process by name; the addresses are absent where it serves none. */
  services: z.record(
    z.string(),
    z.object({
      url: z.string().optional(),
      /** Answers 200 when it can do its work; absent in the file of an older version. */
      readyUrl: z.string().optional(),
      pid: z.int().positive(),
    }),
  ),
});

/** Where everything of a running cluster is, for the commands that talk to it. */
export type ClusterFile = z.output<typeof ClusterFile>;

export function clusterFilePath(home: string): string {
  return join(home, "cluster.json");
}

/**
 * What the cluster of that home last wrote; undefined if there is none. It may have been killed
 * since: `pid` tells.
 *
 * @throws ServiceError `data_loss` if the file is damaged.
 */
export function readClusterFile(home: string): ClusterFile | undefined {
  const path = clusterFilePath(home);
  if (!existsSync(path)) return undefined;
  try {
    return ClusterFile.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw new ServiceError("data_loss", `${path} is damaged: remove it`, { cause });
  }
}

/** Readable by us alone, because of the password; replaced in one step. */
export function writeClusterFile(home: string, cluster: ClusterFile): void {
  const path = clusterFilePath(home);
  writeFileSync(`${path}.new`, `${JSON.stringify(cluster, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeClusterFile(home: string): void {
  rmSync(clusterFilePath(home), { force: true });
}
