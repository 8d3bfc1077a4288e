import type { Database } from "../database.ts";
import { type HistoryEntry, decodeHistory } from "../interactions/decode-history.ts";

/** All that lists depend on of one user. */
export interface KnownUser {
  /** In no particular order; empty for an unknown one. */
  readonly entries: readonly HistoryEntry[];
  /** Keys of the movies that the user hides, ascending. */
  readonly hidden: readonly number[];
}

/**
 * What is known of a user. The hot path of a request: one statement, prepared once a connection, an index range a
 * table.
 */
export async function readKnownUser(
  { pool }: Pick<Database, "pool">,
  userId: number,
): Promise<KnownUser> {
  const { rows } = await pool.query<[Buffer | null, number[]]>({
    name: "known_user",
    text: `select interaction_history($1),
             array(select movie_key from hidden_movies where user_id = $1 order by movie_key)`,
    values: [userId],
    rowMode: "array",
  });
  const [packed = null, hidden = []] = rows[0] ?? [];
  return { entries: decodeHistory(packed), hidden };
}
