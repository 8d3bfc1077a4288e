import type pg from "pg";
import { notifyInteractions } from "@canarec/db-utils/change-feed/notify";
import { applyStatisticsDeltas } from "@canarec/db-utils/statistics/apply-deltas";
import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import type { PairState, WatchedHour } from "../coalesce/coalesce-events.ts";
import { type MovedInteraction, statisticsDeltas } from "../coalesce/statistics-deltas.ts";
import { pgArray } from "./pg-array.ts";

type Client = Pick<pg.ClientBase, "query">;

/** A PairChange whose movie has its key. */
export interface KeyedPair {
  readonly userId: number;
  readonly movieKey: number;
  readonly state: PairState;
  readonly hours: readonly WatchedHour[];
}

/**
 * The same rule as mergeInteraction, in SQL. A row that would not change is left alone: a replay writes nothing. What
 * comes back is only what statistics count anew, which in the steady state is next to nothing; the probe is not counted.
 *
 * Columns that no index holds are all that changes, so that an update stays within its page (HOT).
 */
const UPSERT = `
with changed as (
  insert into interactions as i (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at,
                                 rating_raw, rating, rated_at)
  select user_id, movie_key, furthest_minute, first_watched_at, last_watched_at,
         (rating_raw)::numeric(3, 1), rating, rated_at
  from unnest($1::int8[], $2::int4[], $3::int4[], $4::timestamptz[], $5::timestamptz[],
              $6::float4[], $7::float4[], $8::timestamptz[])
    as t (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at, rating_raw, rating, rated_at)
  on conflict (user_id, movie_key) do update set
    furthest_minute = greatest(i.furthest_minute, excluded.furthest_minute),
    first_watched_at = least(i.first_watched_at, excluded.first_watched_at),
    last_watched_at = greatest(i.last_watched_at, excluded.last_watched_at),
    rating_raw = case when LATER_RATING then excluded.rating_raw else i.rating_raw end,
    rating = case when LATER_RATING then excluded.rating else i.rating end,
    rated_at = case when LATER_RATING then excluded.rated_at else i.rated_at end
  where excluded.furthest_minute > i.furthest_minute
     or excluded.last_watched_at > i.last_watched_at
     or excluded.first_watched_at < i.first_watched_at
     or (i.first_watched_at is null and excluded.first_watched_at is not null)
     or LATER_RATING
  returning i.user_id, i.movie_key,
            old.first_watched_at as old_first, new.first_watched_at as new_first,
            old.rated_at as old_rated, new.rated_at as new_rated,
            old.rating as old_rating, new.rating as new_rating
)
select movie_key as "movieKey",
       (extract(epoch from old_first) * 1000)::float8 as "oldFirst",
       (extract(epoch from new_first) * 1000)::float8 as "newFirst",
       (extract(epoch from old_rated) * 1000)::float8 as "oldRated",
       (extract(epoch from new_rated) * 1000)::float8 as "newRated",
       old_rating as "oldRating", new_rating as "newRating"
from changed
where user_id <> ${PROBE_USER_ID}
  and (old_first is distinct from new_first or old_rated is distinct from new_rated
    or old_rating is distinct from new_rating)`.replaceAll(
  "LATER_RATING",
  `(excluded.rated_at is not null and (i.rated_at is null or excluded.rated_at > i.rated_at
     or (excluded.rated_at = i.rated_at and excluded.rating > i.rating)))`,
);

const UPSERT_WATCHES = `
insert into watches as w (user_id, movie_key, hour, first_minute, last_minute)
select * from unnest($1::int8[], $2::int4[], $3::timestamptz[], $4::int4[], $5::int4[])
on conflict (user_id, movie_key, hour) do update set
  first_minute = least(w.first_minute, excluded.first_minute),
  last_minute = greatest(w.last_minute, excluded.last_minute)
where excluded.first_minute < w.first_minute or excluded.last_minute > w.last_minute`;

/**
 * Write what a batch says about pairs of users and movies, their hours, the statistics that follow, and tell the change
 * feed. Statistics come last: their rows are few and fought over, and stay locked until the commit.
 *
 * The feed gets what the batch says, not the whole row: receivers merge, so the result is the same.
 *
 * @param pairs by user and movie, each pair once.
 */
export async function writeInteractions(
  client: Client,
  pairs: readonly KeyedPair[],
): Promise<void> {
  if (pairs.length === 0) return;
  await writeWatches(client, pairs);
  const moved = await upsertInteractions(client, pairs);
  await notifyInteractions(client, changesOf(pairs));
  const { movies, hours } = statisticsDeltas(moved);
  await applyStatisticsDeltas(client, movies, hours);
}

async function upsertInteractions(
  client: Client,
  pairs: readonly KeyedPair[],
): Promise<MovedInteraction[]> {
  const { rows } = await client.query<MovedRow>({
    name: "upsert-interactions",
    text: UPSERT,
    values: [
      pgArray.int8(pairs, (pair) => pair.userId),
      pgArray.int4(pairs, (pair) => pair.movieKey),
      pgArray.int4(pairs, (pair) => pair.state.furthestMinute),
      pgArray.timestamptz(pairs, (pair) => pair.state.firstWatchedAtMs),
      pgArray.timestamptz(pairs, (pair) => pair.state.lastWatchedAtMs),
      pgArray.float4(pairs, (pair) => pair.state.ratingRaw),
      pgArray.float4(pairs, (pair) => pair.state.rating),
      pgArray.timestamptz(pairs, (pair) => pair.state.ratedAtMs),
    ],
  });
  return rows.map(movedFromRow);
}

interface MovedRow {
  readonly movieKey: number;
  readonly oldFirst: number | null;
  readonly newFirst: number | null;
  readonly oldRated: number | null;
  readonly newRated: number | null;
  readonly oldRating: number | null;
  readonly newRating: number | null;
}

function movedFromRow(row: MovedRow): MovedInteraction {
  return {
    movieKey: row.movieKey,
    before: { firstWatchedAtMs: row.oldFirst, ratedAtMs: row.oldRated, rating: row.oldRating },
    after: { firstWatchedAtMs: row.newFirst, ratedAtMs: row.newRated, rating: row.newRating },
  };
}

interface WatchRow extends WatchedHour {
  readonly userId: number;
  readonly movieKey: number;
}

async function writeWatches(client: Client, pairs: readonly KeyedPair[]): Promise<void> {
  const rows: WatchRow[] = [];
  for (const { userId, movieKey, hours } of pairs)
    for (const hour of hours) rows.push({ userId, movieKey, ...hour });
  if (rows.length === 0) return;
  await client.query({
    name: "upsert-watches",
    text: UPSERT_WATCHES,
    values: [
      pgArray.int8(rows, (row) => row.userId),
      pgArray.int4(rows, (row) => row.movieKey),
      pgArray.timestamptz(rows, (row) => row.hourMs),
      pgArray.int4(rows, (row) => row.firstMinute),
      pgArray.int4(rows, (row) => row.lastMinute),
    ],
  });
}

function* changesOf(pairs: readonly KeyedPair[]) {
  for (const { userId, movieKey, state } of pairs) yield { userId, movieKey, ...state };
}
