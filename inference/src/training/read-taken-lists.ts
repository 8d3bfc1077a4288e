import type { Transaction } from "@canarec/db-utils/database";
import { openDraw } from "../evaluation/draw.ts";
import { type Interactions, latestTime } from "../models/interactions.ts";
import { shuffle } from "../models/shuffle.ts";
import type { TrainingData } from "./read-interactions.ts";
import type { TakenList } from "./taken-list.ts";

/** Lists from so long before the latest interaction: as long as exposures are kept. */
const KEPT_MS = 14 * 86_400_000;

/** A movie that is begun later was not begun for the list. */
const TAKEN_WITHIN = "1 day";

/** Of the users who did anything lately half are asked about, in random order, and no more than that. */
const MOST_USERS = 50_000;

/** Lists beyond which more change the weights by less than chance does. */
const MOST_LISTS = 6_000;

/** Users asked about at once. */
const BATCH = 500;

interface Row {
  readonly userId: number;
  readonly atMs: number;
  /** Movie keys in the order of the list; null for a movie that is there no more. */
  readonly list: readonly (number | null)[];
  readonly taken: number;
}

/**
 * What users took of our own lists: for each movie that was begun or rated within a day of a list that showed it, the
 * latest such list. Of a random half of the users, so that the others can be measured on.
 *
 * @param client in the repeatable-read transaction that the interactions were read in.
 * @param indexOf dense index of a movie key; undefined outside the catalogue.
 * @returns at most 6,000; the same for the same rows and seed.
 */
export async function readTakenLists(
  client: Transaction["client"],
  { interactions, userIds }: Pick<TrainingData, "interactions" | "userIds">,
  { indexOf, seed }: { indexOf: (movieKey: number) => number | undefined; seed: number },
): Promise<TakenList[]> {
  const sinceMs = latestTime(interactions.times) - KEPT_MS;
  const active = usersSince(interactions, sinceMs);
  const draw = openDraw(seed);
  shuffle(active, (n) => draw.below(n));
  const asked = active.subarray(0, Math.min(MOST_USERS, active.length / 2));
  const lists: TakenList[] = [];
  for (let from = 0; from < asked.length && lists.length < MOST_LISTS; from += BATCH) {
    const batch = Array.from(asked.subarray(from, from + BATCH));
    const userOf = new Map(batch.map((user) => [userIds[user] as number, user]));
    for (const row of await readBatch(client, [...userOf.keys()], sinceMs)) {
      const list = takenList(row, userOf.get(row.userId) ?? 0, indexOf);
      if (list !== undefined) lists.push(list);
    }
  }
  return lists.slice(0, MOST_LISTS);
}

async function readBatch(
  client: Transaction["client"],
  userIds: readonly number[],
  sinceMs: number,
): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `with begun as (
       select user_id, movie_key, movie_id, least(first_watched_at, rated_at) as at
       from interactions join movies using (movie_key)
       where user_id = any($1::bigint[]) and least(first_watched_at, rated_at) > $2
     ), taken as (
       select distinct on (b.user_id, b.movie_key) b.user_id, b.movie_key, e.answered_at, e.list
       from begun b join exposures e on e.user_id = b.user_id
         and e.answered_at > $2 and e.answered_at < b.at and e.answered_at > b.at - $3::interval
         and b.movie_id = any(e.list)
       order by b.user_id, b.movie_key, e.answered_at desc, e.request_id
     )
     select user_id as "userId", extract(epoch from answered_at)::float8 * 1000 as "atMs",
            movie_key as "taken",
            (select array_agg(m.movie_key order by place)
             from unnest(list) with ordinality as listed (movie_id, place)
             left join movies m using (movie_id)) as "list"
     from taken order by user_id, movie_key`,
    [userIds, new Date(sinceMs), TAKEN_WITHIN],
  );
  return rows;
}

/** Undefined where the catalogue no longer has what was taken. */
function takenList(
  { atMs, list, taken }: Row,
  user: number,
  indexOf: (movieKey: number) => number | undefined,
): TakenList | undefined {
  const indices = list.map((key) => (key === null ? undefined : indexOf(key)));
  const places = [...indices.keys()].filter((place) => indices[place] !== undefined);
  const movie = indexOf(taken);
  if (movie === undefined) return undefined;
  return {
    user,
    atMs,
    movies: Int32Array.from(places, (place) => indices[place] as number),
    places: Int32Array.from(places),
    taken: movie,
  };
}

/** Rows of users with an interaction after a time, ascending. */
function usersSince({ users, starts, times }: Interactions, sinceMs: number): Int32Array {
  return Int32Array.from({ length: users }, (_, user) => user).filter((user) =>
    times.subarray(starts[user], starts[user + 1]).some((time) => time > sinceMs),
  );
}
