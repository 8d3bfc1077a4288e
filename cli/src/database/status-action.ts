import { type Database, openDatabase } from "@canarec/db-utils/database";
import { type MigrationStatus, migrationStatus } from "@canarec/db-utils/migrations";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { sized } from "../output/words.ts";

/** What `canarec db status` tells. */
export interface DatabaseStatus extends MigrationStatus {
  /** Host, port and database. */
  readonly address: string;
  readonly bytes: number;
  /** The largest first, partitions counted with their table. */
  readonly tables: readonly TableSize[];
}

interface TableSize {
  readonly table: string;
  /** As the planner estimates them; -1 for a table never analysed. */
  readonly rows: number;
  /** With indexes. */
  readonly bytes: number;
}

/** `canarec db status` */
export async function databaseStatusAction(
  context: CliContext,
  options: CommonOptions,
): Promise<void> {
  const servers = findServers(context, options);
  await using database = await openDatabase(servers.databaseUrl());
  const tables = await tableSizes(database);
  const status = {
    address: database.address,
    ...(await migrationStatus(database)),
    bytes: tables.reduce((total, { bytes }) => total + bytes, 0),
    tables,
  };
  printResult<DatabaseStatus>(context, options, status, inWords);
}

async function tableSizes(database: Database): Promise<TableSize[]> {
  const { rows } = await database.pool.query<TableSize>(
    `select root.relname as "table", sum(greatest(leaf.reltuples, 0))::float8 as rows,
       sum(pg_total_relation_size(leaf.oid))::float8 as bytes
     from pg_class root,
       lateral (select coalesce(t.relid, root.oid) as oid
                from (select 1) one left join pg_partition_tree(root.oid) t on true) tree
       join pg_class leaf on leaf.oid = tree.oid
     where root.relnamespace = 'public'::regnamespace
       and root.relkind in ('r', 'p') and not root.relispartition
     group by root.relname order by bytes desc, root.relname`,
  );
  return rows;
}

function inWords(status: DatabaseStatus): string {
  const { pending, newer } = status;
  const state = [
    status.version === null ? "no migration applied" : `at ${status.version}`,
    ...(pending.length > 0 ? [`pending: ${pending.join(", ")}`] : []),
    ...(newer > 0 ? [`${newer} of a newer version`] : []),
  ];
  return [
    `Database ${status.address}, ${sized(status.bytes)}, ${state.join(", ")}.`,
    "",
    table(
      ["table", "rows (estimate)", "size"],
      status.tables.map((one) => [one.table, Math.round(one.rows), sized(one.bytes)]),
    ),
  ].join("\n");
}
