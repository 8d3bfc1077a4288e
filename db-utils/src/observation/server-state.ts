import type { Queryable } from "../queryable.ts";

/** How the server is doing, as it says itself. */
export interface ServerState {
  readonly bytes: number;
  readonly connections: number;
  readonly connectionsLimit: number;
  /** Since the beginning of the oldest transaction that is open; 0 without one. */
  readonly oldestTransactionSeconds: number;
}

export async function serverState(client: Queryable): Promise<ServerState> {
  const { rows } = await client.query<ServerState>(
    `select pg_database_size(current_database())::float8 as bytes,
            (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as connections,
            current_setting('max_connections')::int as "connectionsLimit",
            coalesce((select extract(epoch from max(clock_timestamp() - xact_start)) from pg_stat_activity
                      where backend_type = 'client backend' and pid <> pg_backend_pid()), 0)::float8
              as "oldestTransactionSeconds"`,
  );
  const [state] = rows;
  if (state === undefined) throw new Error("a query without conditions returned no row");
  return state;
}

/** Size of each table of ours with its indexes and partitions, in bytes. */
export async function tableBytes(client: Queryable): Promise<{ table: string; bytes: number }[]> {
  const { rows } = await client.query<{ table: string; bytes: number }>(
    `select c.relname as table,
            coalesce((select sum(pg_total_relation_size(part.relid)) from pg_partition_tree(c.oid) part
             where part.isleaf), 0)::float8 as bytes
     from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'p'
     union all
     select c.relname, pg_total_relation_size(c.oid)::float8 from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relispartition`,
  );
  return rows;
}

/** When the bundle of a release was made, and of when its newest event is. */
export async function bundleTimes(
  client: Queryable,
  bundleId: string,
): Promise<{ readonly createdAt: Date; readonly highEventAt: Date | null } | undefined> {
  const { rows } = await client.query<{ createdAt: Date; highEventAt: Date | null }>(
    `select created_at as "createdAt", (watermark->>'highEventAt')::timestamptz as "highEventAt"
     from bundles where bundle_id = $1`,
    [bundleId],
  );
  return rows[0];
}
