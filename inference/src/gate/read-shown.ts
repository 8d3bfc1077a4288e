import type { Database } from "@canarec/db-utils/database";

/** A user may watch tomorrow what a list showed today. */
const REMEMBERED_MS = 86_400_000;

/** By movie key, when a list first showed it to one user, in milliseconds since 1970. */
export type Shown = ReadonlyMap<number, number>;

export const NOTHING_SHOWN: Shown = new Map();

/**
 * What our own lists showed these users from a day before a time on, as far as exposures are kept.
 *
 * @returns by user id; a user without an exposure is absent.
 */
export async function readShown(
  { pool }: Pick<Database, "pool">,
  userIds: readonly number[],
  atMs: number,
): Promise<ReadonlyMap<number, Shown>> {
  const { rows } = await pool.query<{ userId: number; movieKey: number; firstMs: number }>(
    `select e.user_id as "userId", m.movie_key as "movieKey",
            extract(epoch from min(e.answered_at))::float8 * 1000 as "firstMs"
     from exposures e cross join unnest(e.list) as listed (movie_id) join movies m using (movie_id)
     where e.user_id = any($1::bigint[]) and e.answered_at > $2
     group by e.user_id, m.movie_key`,
    [userIds, new Date(atMs - REMEMBERED_MS)],
  );
  const shown = new Map<number, Map<number, number>>();
  for (const { userId, movieKey, firstMs } of rows) {
    const of = shown.get(userId) ?? new Map<number, number>();
    shown.set(userId, of.set(movieKey, firstMs));
  }
  return shown;
}
