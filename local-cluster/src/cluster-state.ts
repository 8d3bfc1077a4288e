import { join } from "node:path";
import type { ClusterConfig } from "./config.ts";
import { removeClusterFile, writeClusterFile } from "./cluster-file.ts";
import { type ClusterAddresses, publicUrl } from "./services.ts";

/** What serves an address. */
export interface NamedServer {
  /** Unique in the cluster. */
  readonly name: string;
  readonly url: string;
  /** Answers 200 when it can do its work. */
  readonly readyUrl: string;
}

/** What runs now, told to `cluster.json` from the time when all is up until closed. */
export class ClusterState {
  readonly #home: string;
  readonly #startedAt = new Date().toISOString();
  readonly #pids = new Map<string, number>();
  #published:
    { at: ClusterAddresses; served: readonly NamedServer[]; config: ClusterConfig } | undefined;

  constructor(home: string) {
    this.#home = home;
  }

  running(name: string, pid: number): void {
    this.#pids.set(name, pid);
    this.#write();
  }

  publish(at: ClusterAddresses, served: readonly NamedServer[], config: ClusterConfig): void {
    this.#published = { at, served, config };
    this.#write();
  }

  close(): void {
    this.#published = undefined;
    removeClusterFile(this.#home);
  }

  #write(): void {
    if (this.#published === undefined) return;
    const { at: addresses, served, config } = this.#published;
    const at = new Map(served.map(({ name, url, readyUrl }) => [name, { url, readyUrl }]));
    writeClusterFile(this.#home, {
      pid: process.pid,
      startedAt: this.#startedAt,
      publicUrl: publicUrl(addresses),
      postgresUrl: addresses.databaseUrl,
      kafkaBrokers: addresses.kafkaBrokers,
      chromaUrl: addresses.chromaUrl,
      streamTopic: config.streamTopic,
      streamZone: config.streamZone,
      ratingMax: config.ratingMax,
      minilmPath: config.minilmPath ?? null,
      hideAdult: config.listRules.hideAdult,
      watchedAboveShare: config.listRules.barring.watchedAbove,
      controlUrl: at.get("control-plane")?.url ?? null,
      releaseRepository: config.releaseRepository,
      backups: {
        folder: config.backupFolder ?? join(this.#home, "backups"),
        daily: config.backupDaily,
        weekly: config.backupWeekly,
      },
      services: Object.fromEntries(
        [...this.#pids].map(([name, pid]) => [name, { ...at.get(name), pid }]),
      ),
    });
  }
}
