import type { Database } from "@canarec/db-utils/database";
import { createMovieRepository } from "@canarec/db-utils/movies/repository";
import { createUserRepository } from "@canarec/db-utils/users/repository";
import { type Backoff, backoffMs } from "@canarec/service-kit/backoff";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { pause } from "../consumer/pause.ts";
import type { StreamMetrics } from "../metrics.ts";
import { type LookedUp, lookUpMovies } from "./look-up-movies.ts";
import { lookUpUsers } from "./look-up-users.ts";
import { type PlatformApi, openPlatformApi } from "./platform-api.ts";

export interface LookupOptions {
  readonly db: Database;
  /** Base of the platform's API. */
  readonly url: string;
  readonly metrics: StreamMetrics;
  readonly log: Logger;
  readonly now: () => Date;
}

/** The most that the platform takes in one call. */
const MOVIES_PER_CALL = 200;
const USERS_PER_ROUND = 20;

/** How long a claimed look-up is nobody else's; longer than a round may take. */
const LEASE_MS = 120_000;
/** How often to look for work when there was none. */
const IDLE_MS = 1_000;
/** Between two tries for one movie or user. */
const RETRY: Backoff = { baseMs: 5_000, maxMs: 3_600_000 };
/** Before the platform is asked again for what it did not know: it may have been ahead of itself. */
const ASK_AGAIN: Backoff = { baseMs: 3_600_000, maxMs: 7 * 86_400_000 };
/** Between two calls of a platform that fails or limits us. */
const REST: Backoff = { baseMs: 1_000, maxMs: 60_000 };

/** One kind of thing that is looked up: where it waits, who is asked, where the answer goes. */
interface Subject<Metadata, Id> {
  readonly name: "movie" | "user";
  claim(): Promise<readonly { readonly id: Id; readonly attempts: number }[]>;
  ask(ids: readonly Id[], signal: AbortSignal): Promise<LookedUp<Metadata, Id>>;
  store(found: readonly Metadata[]): Promise<unknown>;
  markUnknown(ids: readonly Id[], after: Date): Promise<void>;
  postpone(ids: readonly Id[], after: Date): Promise<void>;
}

/**
 * Look up movies and users that the stream named first, in the background. The tables are the queue: it survives a crash,
 * several parsers share it, and what waits costs no memory.
 */
export function startLookups(options: LookupOptions): AsyncDisposable {
  const stopping = new AbortController();
  const api = openPlatformApi(options.url);
  const running = Promise.all([
    keepLooking(movieSubject(options, api), options, stopping.signal),
    keepLooking(userSubject(options, api), options, stopping.signal),
  ]);
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
      await api[Symbol.asyncDispose]();
    },
  };
}

async function keepLooking<Metadata, Id>(
  subject: Subject<Metadata, Id>,
  options: LookupOptions,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      const round = await lookOnce(subject, options, signal);
      failures = round.hasFailed ? failures + 1 : 0;
      const restMs = round.hasFailed ? backoffMs(failures - 1, REST, Math.random) : 0;
      await pause(Math.max(restMs, round.waitMs), signal);
    } catch (failure) {
      // Postgres away: told of elsewhere.
      options.log.debug({ reason: messageOf(failure), subject: subject.name }, "look-up failed");
      await pause(IDLE_MS, signal);
    }
  }
}

interface Round {
  readonly hasFailed: boolean;
  /** Before the next round. */
  readonly waitMs: number;
}

async function lookOnce<Metadata, Id>(
  subject: Subject<Metadata, Id>,
  { metrics, now }: LookupOptions,
  signal: AbortSignal,
): Promise<Round> {
  const claimed = await subject.claim();
  if (claimed.length === 0) return { hasFailed: false, waitMs: IDLE_MS };
  const began = performance.now();
  const result = await subject.ask(
    claimed.map(({ id }) => id),
    signal,
  );
  metrics.lookupCall(subject.name, (performance.now() - began) / 1_000);
  if (result.found.length > 0) await subject.store(result.found);
  const attempts = Math.max(...claimed.map((lookup) => lookup.attempts));
  if (result.unknown.length > 0) {
    const waitMs = backoffMs(attempts, ASK_AGAIN, Math.random);
    await subject.markUnknown(result.unknown, new Date(now().getTime() + waitMs));
  }
  if (result.failed.length > 0) {
    const retryMs = backoffMs(attempts, RETRY, Math.random);
    const waitMs = Math.max(retryMs, result.limited?.retryAfterMs ?? 0);
    await subject.postpone(result.failed, new Date(now().getTime() + waitMs));
  }
  metrics.lookedUp(subject.name, "found", result.found.length);
  metrics.lookedUp(subject.name, "unknown", result.unknown.length);
  metrics.lookedUp(subject.name, result.limited ? "limited" : "failed", result.failed.length);
  return { hasFailed: result.failed.length > 0, waitMs: result.limited?.retryAfterMs ?? 0 };
}

function movieSubject({ db, now }: LookupOptions, api: PlatformApi) {
  const movies = createMovieRepository(db);
  const subject: Subject<Parameters<typeof movies.upsert>[0][number], string> = {
    name: "movie",
    claim: async () =>
      (await movies.claimLookups(now(), MOVIES_PER_CALL, LEASE_MS)).map(
        ({ movieId, attempts }) => ({
          id: movieId,
          attempts,
        }),
      ),
    ask: (ids, signal) => lookUpMovies(api, ids, signal),
    store: (found) => movies.upsert(found, "platform"), // tells the change feed
    markUnknown: (ids, after) => movies.markUnknown(ids, after),
    postpone: (ids, after) => movies.postponeLookups(ids, after),
  };
  return subject;
}

function userSubject({ db, now }: LookupOptions, api: PlatformApi) {
  const users = createUserRepository(db);
  const subject: Subject<Parameters<typeof users.applyMetadata>[0][number], number> = {
    name: "user",
    claim: async () =>
      (await users.claimLookups(now(), USERS_PER_ROUND, LEASE_MS)).map(({ userId, attempts }) => ({
        id: userId,
        attempts,
      })),
    ask: (ids, signal) => lookUpUsers(api, ids, signal),
    store: (found) => users.applyMetadata(found),
    markUnknown: (ids, after) => users.markUnknown(ids, after),
    postpone: (ids, after) => users.postponeLookups(ids, after),
  };
  return subject;
}
