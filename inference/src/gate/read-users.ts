import type { Database } from "@canarec/db-utils/database";
import { type HistoryEntry, decodeHistory } from "@canarec/db-utils/interactions/decode-history";
import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import type { Person } from "../models/cold-start/person-groups.ts";

type Pool = Pick<Database, "pool">;

/** Users read at once: some ten thousand rows. */
const BATCH = 200;

export interface UserSample {
  /** Only those for whom an interaction began later; absent: whoever did anything. */
  readonly activeAfter?: Date;
  readonly limit: number;
  readonly seed: number;
}

/** Ids of users drawn by the hash of their ids: the same for the same rows and seed. */
export async function sampleUsers(
  { pool }: Pool,
  { activeAfter, limit, seed }: UserSample,
): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>(
    `select user_id as id from interactions
     where ($1::timestamptz is null or least(first_watched_at, rated_at) > $1) and user_id <> ${PROBE_USER_ID}
     group by user_id order by hashint8extended(user_id, $3), user_id limit $2`,
    [activeAfter ?? null, limit, seed],
  );
  return rows.map(({ id }) => id);
}

/** A user with all that is known of them, in no particular order. */
export interface UserHistory {
  readonly userId: number;
  readonly entries: readonly HistoryEntry[];
  /** Keys of the movies that the user hides. */
  readonly hidden: readonly number[];
  /** What is told of the user; null or absent: nothing. */
  readonly person?: Person | null;
}

/**
 * Users as a replica reads them, batch by batch: memory holds one.
 *
 * @param hiddenUntil what was hidden later is left out; absent: nothing is.
 */
export async function* readHistories(
  { pool }: Pool,
  userIds: readonly number[],
  hiddenUntil?: Date,
): AsyncGenerator<UserHistory> {
  for (let start = 0; start < userIds.length; start += BATCH) {
    const { rows } = await pool.query<UserHistory & { packed: Buffer | null }>(
      `select id as "userId", interaction_history(id) as packed, array(
         select movie_key from hidden_movies
         where user_id = id and ($2::timestamptz is null or hidden_at <= $2) order by movie_key) as hidden,
         (select json_build_object('age', age, 'gender', gender, 'occupation', occupation)
          from users where user_id = id) as person
       from unnest($1::bigint[]) as wanted (id)`,
      [userIds.slice(start, start + BATCH), hiddenUntil ?? null],
    );
    for (const { userId, packed, hidden, person } of rows) {
      yield { userId, entries: decodeHistory(packed), hidden, person: person ?? null };
    }
  }
}
