import type { Database } from "@canarec/db-utils/database";

/** Keys of the movies that the catalogue marks as for adults. */
export async function readAdultMovies({ pool }: Pick<Database, "pool">): Promise<number[]> {
  const { rows } = await pool.query<{ key: number }>(
    "select movie_key as key from movies where adult",
  );
  return rows.map(({ key }) => key);
}
