import type { Database } from "../database.ts";
import type { Queryable } from "../queryable.ts";
import type { HistoryEntry } from "./decode-history.ts";

/** An interaction with the pair it belongs to and the rating as it came. */
export interface Interaction extends HistoryEntry {
  readonly userId: number;
  /** A multiple of one half. */
  readonly ratingRaw: number | null;
}

/** Reads of `interactions`; a whole history is read by `readKnownUser`. The stream-parser alone writes them. */
export interface InteractionRepository {
  /** The pair's row; undefined when there is none. */
  find(userId: number, movieKey: number): Promise<Interaction | undefined>;
  count(): Promise<number>;
}

export function createInteractionRepository(db: Pick<Database, "pool">): InteractionRepository {
  const client: Queryable = db.pool;
  return {
    async find(userId, movieKey) {
      const { rows } = await client.query<Interaction>(
        `select user_id as "userId", movie_key as "movieKey", furthest_minute as "furthestMinute",
                (extract(epoch from first_watched_at) * 1000)::bigint as "firstWatchedAtMs",
                (extract(epoch from last_watched_at) * 1000)::bigint as "lastWatchedAtMs",
                rating, rating_raw as "ratingRaw",
                (extract(epoch from rated_at) * 1000)::bigint as "ratedAtMs"
         from interactions where user_id = $1 and movie_key = $2`,
        [userId, movieKey],
      );
      return rows[0];
    },
    async count() {
      const { rows } = await client.query<{ count: number }>("select count(*) from interactions");
      return rows[0]?.count ?? 0;
    },
  };
}
