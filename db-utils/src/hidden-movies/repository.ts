import { notifyUsers } from "../change-feed/notify.ts";
import type { Database } from "../database.ts";
import type { Queryable } from "../queryable.ts";

/** A movie that a user does not want to be shown. */
export interface HiddenMovie {
  readonly movieId: string;
  readonly title: string | null;
  readonly year: number | null;
  readonly hiddenAt: Date;
}

/** What users do not want to be shown. Each change tells the change feed of the user, when it commits. */
export interface HiddenMovieRepository {
  /** The latest first; of one moment in the order of movie keys. */
  list(userId: number): Promise<HiddenMovie[]>;
  /** Hide a movie; nothing changes where it is hidden already. @returns false where there is no such movie. */
  hide(userId: number, movieId: string): Promise<boolean>;
  /** Show it again; nothing changes where it is not hidden. @returns false where there is no such movie. */
  unhide(userId: number, movieId: string): Promise<boolean>;
}

export function createHiddenMovieRepository(
  db: Pick<Database, "pool" | "transaction">,
): HiddenMovieRepository {
  return {
    async list(userId) {
      const { rows } = await db.pool.query<HiddenMovie>(
        `select movie_id as "movieId", title, year, hidden_at as "hiddenAt"
         from hidden_movies join movies using (movie_key)
         where user_id = $1 order by hidden_at desc, movie_key`,
        [userId],
      );
      return rows;
    },
    hide: (userId, movieId) =>
      change(db, { userId, movieId }, async (client, movieKey) => {
        const { rowCount } = await client.query(
          `insert into hidden_movies (user_id, movie_key) values ($1, $2) on conflict do nothing`,
          [userId, movieKey],
        );
        return rowCount;
      }),
    unhide: (userId, movieId) =>
      change(db, { userId, movieId }, async (client, movieKey) => {
        const { rowCount } = await client.query(
          `delete from hidden_movies where user_id = $1 and movie_key = $2`,
          [userId, movieKey],
        );
        return rowCount;
      }),
  };
}

/** Change a known movie's row and, if anything changed, tell of the user: together or not at all. */
async function change(
  db: Pick<Database, "transaction">,
  { userId, movieId }: { readonly userId: number; readonly movieId: string },
  write: (client: Queryable, movieKey: number) => Promise<number | null>,
): Promise<boolean> {
  return await db.transaction(async ({ client }) => {
    const { rows } = await client.query<{ key: number }>(
      // Locked, so that it is still there when the row that names it is written.
      "select movie_key as key from movies where movie_id = $1 for key share",
      [movieId],
    );
    const key = rows[0]?.key;
    if (key === undefined) return false;
    const changed = await write(client, key);
    if (changed !== null && changed > 0) await notifyUsers(client, [userId]);
    return true;
  });
}
