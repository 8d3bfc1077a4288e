import type { ControlRepository, ReplicaRow } from "@canarec/db-utils/releases/control-repository";
import type { Release } from "@canarec/db-utils/releases/release-repository";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { request } from "undici";
import type { ControlMetrics } from "./metrics.ts";
import type { Running } from "../rollout/desired.ts";
import type { ReplicaExit, RunningReplica, Runtime } from "../runtimes/runtime.ts";

const PROBE_MS = 2_000;
const WARM_UP_USERS = 50;
const WARM_UP_MS = 2_000;
/** Between a failure and the next start. */
const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 30_000;
const SETTLED_MS = 120_000;
const STOP_GRACE_MS = 10_000;
/** Of its log, in what is kept of a replica's end. */
const LAST_LINES = 20;

/** A replica as the controller sees it. */
export interface Member {
  readonly row: ReplicaRow;
  readonly url: string;
  readonly ready: boolean;
}

/** A replica that ended, or did not get ready. */
export interface Failure {
  readonly name: string;
  readonly releaseId: number;
  readonly reason: string;
  readonly lastLines: readonly string[];
  /** It had been ready before. */
  readonly wasReady: boolean;
  readonly atMs: number;
}

/** What is known of a replica's end. */
interface LastWords {
  /** Of its log, oldest first. */
  readonly lines?: readonly string[];
  readonly cause?: "ended" | "hung";
}

interface Entry {
  row: ReplicaRow;
  url: string;
  ready: boolean;
  readonly sinceMs: number;
  task: Promise<void> | undefined;
}

export interface ReplicaSetParts {
  readonly runtime: Runtime;
  readonly control: ControlRepository;
  /** What replicas inherit. */
  readonly env: Readonly<Record<string, string>>;
  readonly memoryMiB: number;
  /** A replica that is not ready by then never will be. */
  readonly readyLimitMs: number;
  readonly log: Logger;
  readonly metrics: Pick<ControlMetrics, "replicaStarted" | "replicaFailed">;
  readonly nowMs: () => number;
  /** Something changed that should be looked at now. */
  readonly changed: () => void;
}

/**
 * The replicas that run: started, brought to readiness with requests of real users, and stopped. Every
 * one is written down before it is started, so that the next controller finds it.
 */
export class ReplicaSet {
  readonly #parts: ReplicaSetParts;
  readonly #entries = new Map<string, Entry>();
  readonly #failures: Failure[] = [];
  readonly #stopping = new Map<string, Promise<void>>();

  constructor(parts: ReplicaSetParts) {
    this.#parts = parts;
    parts.runtime.onExit((exit) => void this.#ended(exit));
  }

  members(releaseId: number): Member[] {
    return [...this.#entries.values()].filter(({ row }) => row.releaseId === releaseId);
  }

  readyOf(releaseId: number): Member[] {
    return this.members(releaseId).filter(({ ready }) => ready);
  }

  /** All that serve, or stay warm for it. */
  serving(): Member[] {
    return [...this.#entries.values()].filter(({ ready }) => ready);
  }

  /** End a replica that hangs, by force: a process that is stopped hears no wish. It goes the way of one that ended. */
  async endSilent(name: string, reason: string): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    const lines = await this.#parts.runtime.logTail(name, LAST_LINES).catch(() => []);
    await this.#failed(entry, `${name} ${reason}`, { lines, cause: "hung" });
  }

  /** Whether a replica of this name runs and is ready. */
  isReady(name: string): boolean {
    return this.#entries.get(name)?.ready === true;
  }

  /** Releases of which a replica runs. */
  releases(): number[] {
    return [...this.#entries.values()].map(({ row }) => row.releaseId);
  }

  failuresOf(releaseId: number): readonly Failure[] {
    return this.#failures.filter((failure) => failure.releaseId === releaseId);
  }

  /** Whether nothing of a release runs any longer. */
  isGone(releaseId: number): boolean {
    return this.members(releaseId).length === 0 && this.#stopping.size === 0;
  }

  /** Find the replicas that an earlier controller started; end those that nobody knows. */
  async restore(): Promise<void> {
    const { control, runtime, nowMs } = this.#parts;
    for (const row of await control.replicas()) {
      if (this.#entries.has(row.name)) continue;
      const found = await runtime.adopt(row.handle);
      if (found === undefined) {
        await control.saveReplica({ ...row, state: "stopped" });
        continue;
      }
      const entry: Entry = { row, url: found.url, ready: false, sinceMs: nowMs(), task: undefined };
      this.#entries.set(row.name, entry);
      // It may have been at work all the time.
      if (row.state === "ready") entry.ready = await isReady(found.url);
      if (!entry.ready) entry.task = this.#orFailed(entry, this.#getReady(entry));
    }
    for (const { name } of await runtime.list()) {
      if (!this.#entries.has(name)) await runtime.stop(name, STOP_GRACE_MS);
    }
  }

  /** Start what is missing of a release. */
  async ensure({ releaseId, replicas }: Running, release: Release): Promise<void> {
    const { control, runtime, log } = this.#parts;
    if (this.members(releaseId).length < replicas && this.#isTooSoon(releaseId)) return;
    let number = await control.countReplicas(releaseId);
    for (let n = this.members(releaseId).length; n < replicas; n += 1) {
      const name = `r${releaseId}-${(number += 1)}`;
      const row: ReplicaRow = {
        ...{ name, releaseId, runtime: runtime.kind, state: "starting" },
        ...{ url: null, handle: null, startedAt: new Date(this.#parts.nowMs()) },
      };
      await control.saveReplica(row);
      const entry: Entry = {
        row,
        url: "",
        ready: false,
        sinceMs: this.#parts.nowMs(),
        task: undefined,
      };
      this.#entries.set(name, entry);
      this.#parts.metrics.replicaStarted();
      log.info(
        { replica: name, code: release.code, bundle: release.bundleId },
        "starting a replica",
      );
      entry.task = this.#orFailed(entry, this.#start(entry, release));
    }
  }

  /** After failures the next start waits, longer each time, until one has been well for a while. */
  #isTooSoon(releaseId: number): boolean {
    const nowMs = this.#parts.nowMs();
    const recent = this.#failures.filter(
      (failure) => failure.releaseId === releaseId && nowMs - failure.atMs < SETTLED_MS,
    );
    const last = recent.at(-1);
    if (last === undefined) return false;
    const waitMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (recent.length - 1));
    return nowMs - last.atMs < waitMs;
  }

  /** Stop every replica of which this is not said to be kept. */
  release(keep: (member: Member) => boolean): void {
    for (const [name, entry] of this.#entries) {
      if (keep(entry)) continue;
      this.#entries.delete(name);
      const stopped = this.#stop(entry).finally(() => {
        this.#stopping.delete(name);
        this.#parts.changed();
      });
      this.#stopping.set(name, stopped);
    }
  }

  async settled(): Promise<void> {
    await Promise.all(this.#stopping.values());
  }

  /** What a runtime could not do, such as an engine that is away, is the replica's failure. */
  async #orFailed(entry: Entry, task: Promise<void>): Promise<void> {
    await task.catch((failure: unknown) => this.#failed(entry, messageOf(failure)));
  }

  async #start(entry: Entry, release: Release): Promise<void> {
    const { runtime, control, env, memoryMiB } = this.#parts;
    const signal = AbortSignal.timeout(this.#parts.readyLimitMs);
    const spec = {
      ...{ name: entry.row.name, releaseId: entry.row.releaseId, code: release.code },
      ...{ build: release.build, bundleId: release.bundleId ?? "", env, limits: { memoryMiB } },
    };
    let running: RunningReplica;
    try {
      await runtime.prepare(release.code, signal);
      running = await runtime.start(spec, signal);
    } catch (failure) {
      await this.#failed(entry, messageOf(failure));
      return;
    }
    entry.url = running.url;
    entry.row = { ...entry.row, url: running.url, handle: running.handle };
    await control.saveReplica(entry.row).catch(() => undefined);
    await this.#getReady(entry);
  }

  async #getReady(entry: Entry): Promise<void> {
    const { nowMs, control, changed, runtime, log, readyLimitMs } = this.#parts;
    const { name } = entry.row;
    while (this.#entries.get(name) === entry) {
      if (await isReady(entry.url)) break;
      if (nowMs() - entry.sinceMs > readyLimitMs) {
        const lines = await runtime.logTail(name, LAST_LINES);
        await this.#failed(entry, `${name} was not ready within ${readyLimitMs / 1_000} s`, {
          lines,
        });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (this.#entries.get(name) !== entry) return;
    await this.#warm(entry.url);
    entry.ready = true;
    entry.row = { ...entry.row, state: "ready" };
    await control.saveReplica(entry.row).catch(() => undefined);
    log.info({ replica: name, url: entry.url }, "replica is ready and warm");
    changed();
  }

  /** With requests of users who asked lately, a few at a time; a slow one is no reason to wait for long. */
  async #warm(url: string): Promise<void> {
    const users = await this.#parts.control.recentUsers(WARM_UP_USERS).catch(() => []);
    const signal = AbortSignal.timeout(WARM_UP_MS);
    const ask = async (userId: number) => {
      const answer = await request(new URL(`/recommend/${userId}`, url), { signal });
      await answer.body.dump();
    };
    for (let from = 0; from < users.length && !signal.aborted; from += 4) {
      await Promise.allSettled(users.slice(from, from + 4).map(ask));
    }
  }

  async #ended({ name, reason, lastLines }: ReplicaExit): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry !== undefined) await this.#failed(entry, `${name} ${reason}`, { lines: lastLines });
  }

  async #failed(entry: Entry, reason: string, known: LastWords = {}): Promise<void> {
    const { lines: lastLines = [], cause = "ended" } = known;
    const { row, ready } = entry;
    if (this.#entries.get(row.name) !== entry) return;
    this.#entries.delete(row.name);
    this.#failures.push({
      name: row.name,
      releaseId: row.releaseId,
      reason,
      lastLines,
      wasReady: ready,
      atMs: this.#parts.nowMs(),
    });
    this.#parts.metrics.replicaFailed(ready ? "serving" : "starting", cause);
    this.#parts.log.warn({ replica: row.name, reason }, "a replica has failed");
    this.#parts.changed();
    const failed: ReplicaRow = { ...row, state: "failed" };
    await this.#parts.control.saveReplica(failed, { reason, lastLines }).catch(() => undefined);
    await this.#parts.runtime.stop(row.name, 0).catch((cause: unknown) => {
      this.#parts.log.warn(
        { replica: row.name, reason: messageOf(cause) },
        "it could not be stopped",
      );
    });
  }

  async #stop({ row }: Entry): Promise<void> {
    const { control, runtime, log } = this.#parts;
    log.info({ replica: row.name }, "stopping a replica");
    await control.saveReplica({ ...row, state: "draining" }).catch(() => undefined);
    try {
      await runtime.stop(row.name, STOP_GRACE_MS);
    } catch (cause) {
      // Left as draining: whoever restores next stops what nobody knows.
      log.warn({ replica: row.name, reason: messageOf(cause) }, "it could not be stopped");
      return;
    }
    await control.saveReplica({ ...row, state: "stopped" }).catch(() => undefined);
  }
}

async function isReady(url: string): Promise<boolean> {
  if (url === "") return false;
  try {
    const answer = await request(new URL("/readyz", url), {
      signal: AbortSignal.timeout(PROBE_MS),
    });
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  }
}
