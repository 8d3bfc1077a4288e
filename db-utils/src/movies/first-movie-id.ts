import type { Queryable } from "../queryable.ts";

/** The id of the movie that has been known for longest; undefined where there is none. */
export async function firstMovieId(client: Queryable): Promise<string | undefined> {
  const { rows } = await client.query<{ movieId: string }>(
    `select movie_id as "movieId" from movies order by movie_key limit 1`,
  );
  return rows[0]?.movieId;
}
