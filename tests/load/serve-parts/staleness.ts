import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@canarec/db-utils/database";
import type { Stream } from "./stream.ts";

export interface Staleness {
  /** From the commit of an event to the first answer that knows it, in milliseconds. */
  readonly delaysMs: readonly number[];
  /** Answers that came more than a second after the commit and did not know it. */
  readonly violations: number;
}

export interface StalenessOptions {
  readonly url: string;
  readonly database: Database;
  readonly stream: Stream;
  readonly signal: AbortSignal;
  /** Asked one after the other. */
  readonly users: readonly number[];
}

/**
 * Sample, while the load runs: a user watches the first movie of their list, as a line of the
 * stream; from the moment that the row is there, how long does the list still name the movie?
 */
export async function sampleStaleness(options: StalenessOptions): Promise<Staleness> {
  const { url, database, stream, signal, users } = options;
  const delaysMs: number[] = [];
  let violations = 0;
  const isOver = () => signal.aborted;
  // The load balancer's own list is nobody's in particular: ask until a replica has answered.
  const listOf = async (userId: number) => {
    for (;;) {
      const askedMs = performance.now();
      const response = await fetch(`${url}/recommend/${userId}`);
      const list = (await response.text()).split(",");
      if (!response.headers.has("x-canarec-fallback") || isOver()) return { list, askedMs };
      await sleep(20);
    }
  };
  for (let i = 0; !isOver(); i += 1) {
    const userId = users[i % users.length] ?? 1;
    const [movieId = ""] = (await listOf(userId)).list;
    await stream.watch(userId, movieId, 1);
    const committedMs = await untilCommitted(database, userId, movieId);
    for (;;) {
      const { list, askedMs } = await listOf(userId);
      if (isOver()) break;
      if (!list.includes(movieId)) {
        delaysMs.push(Math.max(0, askedMs - committedMs));
        break;
      }
      if (askedMs - committedMs > 1_000) {
        violations += 1;
        break;
      }
    }
    await sleep(200);
  }
  return { delaysMs, violations };
}

/** @returns when the row was first seen: not before it was committed. */
async function untilCommitted(
  { pool }: Database,
  userId: number,
  movieId: string,
): Promise<number> {
  for (;;) {
    const { rowCount } = await pool.query(
      `select from interactions join movies using (movie_key)
       where user_id = $1 and movie_id = $2`,
      [userId, movieId],
    );
    if (rowCount === 1) return performance.now();
    await sleep(5);
  }
}
