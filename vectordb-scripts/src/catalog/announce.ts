import type { PoolClient } from "pg";

/** Postgres takes payloads below 8,000 bytes; a key has at most ten digits and a comma. */
const KEYS_PER_PAYLOAD = 700;

/** Tell inference which movies changed; it hears of them when the caller's transaction commits. */
export async function announceMovies(
  client: PoolClient,
  movieKeys: readonly number[],
): Promise<void> {
  for (let start = 0; start < movieKeys.length; start += KEYS_PER_PAYLOAD) {
    const payload = JSON.stringify(movieKeys.slice(start, start + KEYS_PER_PAYLOAD));
    await client.query("select pg_notify('canarec_movies', $1)", [payload]);
  }
}
