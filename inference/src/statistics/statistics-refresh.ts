import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@canarec/db-utils/database";
import type { CountRow } from "../serving/movie-counts.ts";
import type { ServingModel } from "../serving/serving-model.ts";
import { type Decay, readCounts, readHighEventAt } from "./read-counts.ts";

/** Movies in one query, and a pause before the next: answers come first, here and in the database. */
const PAGE = 250;
const PAUSE_MS = 15;

/** How often everything is read anew, whatever the feed said. */
const FULL_EVERY_MS = 3_600_000;

export interface StatisticsRefresh {
  /** The feed names a movie whose counts may have changed. */
  touch(movieKey: number): void;
  /** The feed may have missed some: read everything next time. */
  touchAll(): void;
  /** Bring a model's counts up to date. @returns movies read. */
  refresh(model: ServingModel): Promise<number>;
}

/**
 * Keep a model's counts live at the cost of what changed: the movies that the change feed named are
 * read again, and the viewers of all others decay by arithmetic. Everything is read after a gap in
 * the feed, for a model that is new, and once an hour.
 */
export function createStatisticsRefresh(
  database: Pick<Database, "pool">,
  topic: string,
  nowMs: () => number,
): StatisticsRefresh {
  let touched = new Set<number>();
  let last: { model: ServingModel; referenceMs: number; fullAtMs: number } | undefined;
  const decayFor = async (model: ServingModel): Promise<Decay> => ({
    // A replay of old events is popular as of its own time; a clock that is ahead changes nothing.
    referenceMs: Math.min(nowMs(), (await readHighEventAt(database, topic)) ?? Infinity),
    halfLifeHours: model.parameters.popularityHalfLifeHours,
  });
  return {
    touch: (movieKey) => void touched.add(movieKey),
    touchAll: () => (last = undefined),
    async refresh(model) {
      const before = last?.model === model ? last : undefined;
      const decay = await decayFor(model);
      const isFull = before === undefined || nowMs() - before.fullAtMs >= FULL_EVERY_MS;
      const asked = touched;
      touched = new Set();
      const keys = isFull ? model.movies.map((movie) => movie.movieKey) : [...asked];
      try {
        const rows = await readPages(database, keys, decay);
        const elapsedMs = isFull ? 0 : decay.referenceMs - before.referenceMs;
        model.applyCounts(rows, 2 ** (-elapsedMs / 3_600_000 / decay.halfLifeHours));
      } catch (failure) {
        for (const key of asked) touched.add(key); // they are still to be read
        throw failure;
      }
      const fullAtMs = isFull ? nowMs() : before.fullAtMs;
      last = { model, referenceMs: decay.referenceMs, fullAtMs };
      return keys.length;
    },
  };
}

async function readPages(
  database: Pick<Database, "pool">,
  keys: readonly number[],
  decay: Decay,
): Promise<CountRow[]> {
  const rows: CountRow[] = [];
  for (let start = 0; start < keys.length; start += PAGE) {
    if (start > 0) await sleep(PAUSE_MS);
    rows.push(...(await readCounts(database, keys.slice(start, start + PAGE), decay)));
  }
  return rows;
}
