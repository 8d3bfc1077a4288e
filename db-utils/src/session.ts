import pg from "pg";
import type { Database } from "./database.ts";
import { rowTypes } from "./row-types.ts";

export interface Session extends AsyncDisposable {
  readonly client: pg.Client;
}

/**
 * A connection of its own, beside the pool and without its time limits, for work that takes as long as it takes.
 *
 * @param limitMs of connecting, and of each query, for work that must not wait for a server that is silent.
 */
export async function openSession(
  db: Database,
  applicationName: string,
  limitMs?: number,
): Promise<Session> {
  const client = new pg.Client({
    connectionString: db.pool.options.connectionString,
    application_name: applicationName,
    ...(limitMs !== undefined && {
      ...{ connectionTimeoutMillis: limitMs, query_timeout: limitMs, keepAlive: true },
    }),
    types: rowTypes,
  });
  // Whoever waits for an answer hears of a lost connection; without a listener it would end the process.
  client.on("error", () => undefined);
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}
