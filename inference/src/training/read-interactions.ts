import { createHash } from "node:crypto";
import type { Transaction } from "@canarec/db-utils/database";
import {
  type EventPeriod,
  type StreamedInteraction,
  countInteractions,
  streamInteractions,
} from "@canarec/db-utils/interactions/stream-interactions";
import { ServiceError } from "@canarec/service-kit/errors";
import type { LearnedFrom } from "../bundle/codec/learned-manifest.ts";
import { type Interactions, latestTime } from "../models/interactions.ts";
import { type PreferenceRule, preferenceOf } from "../models/preference.ts";

/** What is known of all users at one moment, in rows. */
export interface TrainingData {
  readonly interactions: Interactions;
  /** 1 where the preference is a rating's, 0 where it is of what was watched, (n). */
  readonly isRated: Uint8Array;
  /** The platform's number of each user, ascending, (users). */
  readonly userIds: Float64Array;
  readonly from: LearnedFrom;
}

export interface ReadInteractionsOptions {
  /** Dense index of a movie key; undefined for a movie outside the catalogue: its interactions are left out. */
  readonly indexOf: (movieKey: number) => number | undefined;
  /** Minutes of each movie, typical where unknown, (movies). */
  readonly minutes: Float32Array;
  readonly rule: PreferenceRule;
  readonly period: EventPeriod;
  /** Called now and then. @param of rows in all. */
  readonly progress?: (read: number, of: number) => void;
}

/** Rows between two reports of progress. */
const REPORT_EVERY = 100_000;

/** Most interactions: beyond it Postgres's own limits come first, and the rows' 32-bit starts end. */
const MOST = 2 ** 31 - 1;

/**
 * Read all interactions into rows: 17 bytes an interaction and 12 a user, however many, plus one piece of the
 * stream.
 *
 * @param client in a repeatable-read transaction, so that counting and reading see the same rows.
 * @throws ServiceError "resource_exhausted" beyond 2^31 − 1 interactions.
 */
export async function readInteractions(
  client: Transaction["client"],
  options: ReadInteractionsOptions,
): Promise<TrainingData> {
  const { period, minutes, progress } = options;
  const total = await countInteractions(client, period);
  if (total > MOST) {
    throw new ServiceError("resource_exhausted", `${total} interactions are more than ${MOST}`);
  }
  const rows = createRows(total, options);
  let read = 0;
  await streamInteractions(client, period, (row) => {
    rows.add(row);
    read += 1;
    if (read % REPORT_EVERY === 0) progress?.(read, total);
  });
  progress?.(total, total);
  const { userIds, isRated, interactions } = rows.finish(minutes.length);
  return { interactions, isRated, userIds, from: describe(interactions, isRated, period.since) };
}

/** Rows that are filled one interaction at a time, users ascending. */
function createRows(total: number, { indexOf, minutes, rule }: ReadInteractionsOptions) {
  const movieOf = new Int32Array(total);
  const preferences = new Float32Array(total);
  const times = new Float64Array(total);
  const isRated = new Uint8Array(total);
  const starts: number[] = [];
  const userIds: number[] = [];
  let count = 0;
  return {
    add(row: Readonly<StreamedInteraction>): void {
      const movie = indexOf(row.movieKey);
      if (movie === undefined) return;
      if (userIds.at(-1) !== row.userId) {
        userIds.push(row.userId);
        starts.push(count);
      }
      const { rating, furthestMinute } = row;
      movieOf[count] = movie;
      preferences[count] = preferenceOf(
        { rating, furthestMinute, minutes: minutes[movie] ?? NaN },
        rule,
      );
      times[count] = row.atMs;
      isRated[count] = Number.isNaN(rating) ? 0 : 1;
      count += 1;
    },
    finish(movies: number) {
      const interactions: Interactions = {
        users: userIds.length,
        movies,
        starts: startsOf(starts, count),
        movieOf: movieOf.subarray(0, count),
        preferences: preferences.subarray(0, count),
        times: times.subarray(0, count),
      };
      return {
        interactions,
        isRated: isRated.subarray(0, count),
        userIds: Float64Array.from(userIds),
      };
    },
  };
}

function describe(
  { users, starts, movieOf, preferences, times, movies }: Interactions,
  isRated: Uint8Array,
  since: Date | null,
): LearnedFrom {
  const hash = createHash("sha256").update(JSON.stringify({ users, movies }));
  for (const array of [starts, movieOf, preferences, times, isRated]) hash.update(array);
  const latest = latestTime(times);
  return {
    sha256: hash.digest("hex"),
    users,
    interactions: movieOf.length,
    until: latest === -Infinity ? null : new Date(latest).toISOString(),
    since: since?.toISOString() ?? null,
  };
}

/** (users + 1). */
function startsOf(begun: readonly number[], count: number): Int32Array {
  const starts = new Int32Array(begun.length + 1);
  starts.set(begun);
  starts[begun.length] = count;
  return starts;
}
