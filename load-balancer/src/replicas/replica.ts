import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";
import type { Replica as ReplicaAddress } from "../contract/routing-snapshot.ts";
import { ReplicaHealth } from "./replica-health.ts";

/** `recommend` is what users wait for; `api` may not take its connections away. */
export type Lane = "recommend" | "api";

/** Most requests under way at one replica. */
export interface Caps {
  readonly recommend: number;
  readonly api: number;
}

/** A connection that takes longer is a sick machine: all of ours are near. */
const CONNECT_TIMEOUT_MS = 250;

/** Below any backend's idle limit, so that we close first and never write into a closing socket. */
const KEEP_ALIVE_MS = 4_000;

/** How often a replica that is left is looked at. */
const FINISH_CHECK_MS = 100;

/** Far above the deadlines, which the calls keep themselves: a net for exchanges that leak. */
const NET_TIMEOUT_MS = 30_000;

/** One replica as the data plane sees it: its pools, its load and its health. */
export class Replica implements AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly health = new ReplicaHealth();
  readonly pools: Readonly<Record<Lane, Pool>>;
  readonly caps: Caps;
  readonly inFlight: Record<Lane, number> = { recommend: 0, api: 0 };
  #build: string | undefined;

  constructor(address: ReplicaAddress, caps: Caps) {
    this.name = address.name;
    this.url = address.url;
    this.caps = caps;
    this.pools = {
      recommend: openPool(address.url, caps.recommend),
      api: openPool(address.url, caps.api),
    };
  }

  /** What it serves by its own first word; a process never changes it, so that what comes later is not believed. */
  get build(): string {
    return this.#build ?? "unknown";
  }

  saysBuild(build: string | undefined): void {
    this.#build ??= build;
  }

  /** Call `listener` whenever a connection breaks: the process may have ended. */
  onDisconnect(listener: () => void): void {
    this.pools.recommend.on("disconnect", listener);
    this.pools.api.on("disconnect", listener);
  }

  /** Close when no request is under way any longer, at most after `limitMs`. */
  async finish(limitMs: number): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (this.inFlight.recommend + this.inFlight.api > 0 && performance.now() < endMs) {
      await sleep(FINISH_CHECK_MS, undefined, { ref: false });
    }
    await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.pools.recommend.destroy(), this.pools.api.destroy()]);
  }
}

function openPool(url: string, connections: number): Pool {
  return new Pool(new URL(url).origin, {
    connections,
    pipelining: 1,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    headersTimeout: NET_TIMEOUT_MS,
    bodyTimeout: NET_TIMEOUT_MS,
    maxHeaderSize: 16 * 1024,
  });
}
