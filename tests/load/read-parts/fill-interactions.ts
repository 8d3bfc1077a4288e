import type { Database } from "@canarec/db-utils/database";
import type { PoolClient } from "pg";
import { INTERACTION_PARTITIONS } from "@canarec/db-utils/schema/interactions";

/** What is written: each user has equally many movies, of which the popular ones more often. */
export interface Filling {
  readonly users: number;
  readonly movies: number;
  /** Interactions a user. */
  readonly each: number;
}

/**
 * Fill an empty, migrated database, without a log of changes: it is thrown away. Foreign keys are not checked, they hold by
 * construction; all else is as it is in service, the index of the key included.
 */
export async function fillInteractions(database: Database, filling: Filling): Promise<void> {
  const { users, movies } = filling;
  await unchecked(database, async (client) => {
    await client.query(
      `insert into movies (movie_id, title, runtime_minutes, source, metadata_state)
       select 'movie+' || i, 'Movie ' || i, 80 + i % 60, 'demo', 'known' from generate_series(1, ${movies}) as i`,
    );
    await client.query(
      `insert into users (user_id) select i from generate_series(1, ${users}) as i`,
    );
    for (let partition = 0; partition < INTERACTION_PARTITIONS; partition += 1) {
      await client.query(`alter table interactions_p${partition} set unlogged`);
    }
  });
  const middle = Math.floor(users / 2);
  await Promise.all(
    [`1, ${middle}`, `${middle + 1}, ${users}`].map((part) =>
      unchecked(database, (client) => client.query(interactionsSql(filling, part))),
    ),
  );
  await database.pool.query("analyze interactions");
}

async function unchecked(
  { pool }: Database,
  work: (client: PoolClient) => Promise<unknown>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("set session_replication_role = replica");
    await work(client);
  } finally {
    client.release(true);
  }
}

/**
 * A user's n-th movie lies in the n-th of equal parts of the square root of the catalogue, squared: all differ, the first
 * ones are popular. Every third is rated, too.
 *
 * @param users the first and the last.
 */
function interactionsSql({ movies, each }: Filling, users: string): string {
  return `
    insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at,
      rating_raw, rating, rated_at)
    select u, 1 + floor(${movies} * power((n - 1 + part) / ${each}.0, 2))::int, (u * 7 + n * 13) % 100, at, at,
      case when n % 3 = 0 then 1 + (u + n) % 5 end, case when n % 3 = 0 then (1 + (u + n) % 5) / 5.0 end,
      case when n % 3 = 0 then at end
    from (
      select u, n, (u * 7919 + n * 104729) % 1000 / 1000.0 as part,
        timestamptz '2024-01-01' + ((u * 31 + n * 3571) % 63072000) * interval '1 s' as at
      from generate_series(${users}) as u, generate_series(1, ${each}) as n
    ) as drawn
    on conflict do nothing`;
}
