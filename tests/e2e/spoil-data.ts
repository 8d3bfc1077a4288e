import pg from "pg";

const NAME = "a-stale-one";

/** Six days on which users rated everything alike, and a last one, 24 hours that are over, on which all were angry. */
export async function insertAngryDay(postgresUrl: string): Promise<void> {
  await withClient(postgresUrl, async (client) => {
    await client.query("insert into users (user_id) select 8000000 + generate_series(1, 300)");
    await client.query(
      `insert into interactions (user_id, movie_key, rating_raw, rating, rated_at)
       select 8000000 + i, movie_key, case day when 0 then 0.5 else (i % 10 + 1) / 2.0 end,
         case day when 0 then 0.1 else (i % 10 + 1) / 10.0 end,
         date_trunc('hour', now() - interval '10 minutes') - day * interval '24 hours' - interval '5 hours'
       from generate_series(1, 300) as i,
         (select movie_key, row_number() over (order by movie_key) - 1 as day from movies limit 7) movie`,
    );
  });
}

/** Have main served by one more replica, as far as Postgres knows, until disposed. */
export async function enterReplica(postgresUrl: string, url: string): Promise<AsyncDisposable> {
  await withClient(postgresUrl, (client) =>
    client.query(
      `insert into replicas (name, release_id, runtime, state, url, started_at)
       select $1, release_id, 'process', 'ready', $2, now() from replicas limit 1`,
      [NAME, url],
    ),
  );
  return {
    async [Symbol.asyncDispose]() {
      const remove = (client: pg.Client) =>
        client.query("delete from replicas where name = $1", [NAME]);
      await withClient(postgresUrl, remove);
    },
  };
}

async function withClient(
  postgresUrl: string,
  task: (client: pg.Client) => Promise<unknown>,
): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await task(client);
  } finally {
    await client.end();
  }
}
