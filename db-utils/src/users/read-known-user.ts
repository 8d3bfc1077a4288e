import type { Database } from "../database.ts";
import { type HistoryEntry, decodeHistory } from "../interactions/decode-history.ts";

/** All that lists depend on of one user. */
export interface KnownUser {
  /** In no particular order; empty for an unknown one. */
  readonly entries: readonly HistoryEntry[];
  /** Keys of the movies that the user hides, ascending. */
  readonly hidden: readonly number[];
  /** What the platform tells of them; null where it tells nothing. */
  readonly person: KnownPerson | null;
}

/** What the platform tells of a user beside their name. */
export interface KnownPerson {
  /** In years. */
  readonly age: number | null;
  readonly gender: string | null;
  readonly occupation: string | null;
  /** What they write that they like, and do not; at most 1,000 characters each. */
  readonly likes: string | null;
  readonly dislikes: string | null;
}

/**
 * What is known of a user. The hot path of a request: one statement, prepared once a connection, an index range a
 * table.
 */
export async function readKnownUser(
  { pool }: Pick<Database, "pool">,
  userId: number,
): Promise<KnownUser> {
  const { rows } = await pool.query<[Buffer | null, number[], Told | null]>({
    name: "known_user",
    text: `select interaction_history($1),
             array(select movie_key from hidden_movies where user_id = $1 order by movie_key),
             (select json_build_array(age, gender, occupation, left(likes, 1000), left(dislikes, 1000)) from users
              where user_id = $1 and num_nonnulls(age, gender, occupation, likes, dislikes) > 0)`,
    values: [userId],
    rowMode: "array",
  });
  const [packed = null, hidden = [], told = null] = rows[0] ?? [];
  return { entries: decodeHistory(packed), hidden, person: told && personFrom(told) };
}

type Told = [number | null, ...(string | null)[]];

function personFrom([age, ...texts]: Told): KnownPerson {
  const [gender = null, occupation = null, likes = null, dislikes = null] = texts;
  return { age, gender, occupation, likes, dislikes };
}
