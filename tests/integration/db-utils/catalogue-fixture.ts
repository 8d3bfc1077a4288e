import type { Database } from "@canarec/db-utils/database";

export interface WrittenInteraction {
  readonly userId: number;
  readonly movieKey: number;
  /** ISO times. */
  readonly watched?: { readonly minute: number; readonly first: string; readonly last: string };
  /** On a scale of 5. */
  readonly rated?: { readonly raw: number; readonly at: string };
}

/** Movies with keys 1 … n and ids movie+1 … movie+n. */
export async function insertMovies(db: Database, n: number): Promise<void> {
  await db.pool.query(
    "insert into movies (movie_id, source) select 'movie+' || i, 'demo' from generate_series(1, $1::int) as i",
    [n],
  );
}

/** Rows of interactions, and the users that they need; no statistics. */
export async function insertInteractions(
  db: Database,
  interactions: readonly WrittenInteraction[],
): Promise<void> {
  for (const { userId, movieKey, watched, rated } of interactions) {
    await db.pool.query("insert into users (user_id) values ($1) on conflict do nothing", [userId]);
    await db.pool.query(
      `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at,
         rating_raw, rating, rated_at)
       values ($1, $2, $3, $4, $5, $6::numeric, $6::numeric / 5, $7)`,
      [
        userId,
        movieKey,
        watched?.minute ?? null,
        watched?.first ?? null,
        watched?.last ?? null,
        rated?.raw ?? null,
        rated?.at ?? null,
      ],
    );
  }
}
