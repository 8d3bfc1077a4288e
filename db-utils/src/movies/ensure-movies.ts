import type { Queryable } from "../queryable.ts";

/**
 * The keys of the movies; those seen for the first time get a placeholder row, in the order of ids, so that two writers
 * wait for one another instead of dead-locking.
 */
export async function ensureMovies(
  client: Queryable,
  movieIds: readonly string[],
): Promise<Map<string, number>> {
  const keys = await findKeys(client, movieIds);
  const missing = [...new Set(movieIds.filter((id) => !keys.has(id)))];
  if (missing.length === 0) return keys;
  await client.query(
    `insert into movies (movie_id, source)
     select id, 'stream' from unnest($1::text[]) as id order by id on conflict do nothing`,
    [missing],
  );
  // Another writer may have made some of them: only a look tells their keys.
  for (const [id, key] of await findKeys(client, missing)) keys.set(id, key);
  return keys;
}

/** The keys of those movies that there are, by id. */
export async function findKeys(
  client: Queryable,
  movieIds: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await client.query<{ id: string; key: number }>(
    "select movie_id as id, movie_key as key from movies where movie_id = any($1)",
    [movieIds],
  );
  return new Map(rows.map(({ id, key }) => [id, key]));
}
