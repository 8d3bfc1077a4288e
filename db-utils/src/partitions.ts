import type { Database } from "./database.ts";
import type { Queryable } from "./queryable.ts";

interface DailyTable {
  readonly table: "watches" | "platform_answers" | "exposures";
  /** Days kept before today's. */
  readonly keptDays: number;
  readonly storage: string;
}

/** Tables of which each day is a partition that goes as a whole. */
export const DAILY_TABLES: readonly DailyTable[] = [
  // A row changes each minute that its user goes on watching: room for heap-only updates.
  {
    table: "watches",
    keptDays: 7,
    storage: "fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05",
  },
  { table: "platform_answers", keptDays: 7, storage: "fillfactor = 100" },
  { table: "exposures", keptDays: 14, storage: "fillfactor = 100" },
];

/** Days made ahead: a job that fails for a day loses nothing. */
const AHEAD_DAYS = 2;

const DAY_MS = 86_400_000;

/** Any constant: it only has to be the same in every process. */
const PARTITION_LOCK = 7_226_010;

/** Whoever waits for a lock makes all others wait behind it: rather fail, and be run again. */
const LOCK_TIMEOUT_MS = 3_000;

/**
 * Make the partitions by day (UTC) from the oldest kept to two days ahead. Does nothing, and locks nothing, where all
 * are there; safe to call from several processes at once.
 *
 * @returns the names of those made.
 */
export async function ensurePartitions(db: Database, now: Date): Promise<readonly string[]> {
  const wanted = DAILY_TABLES.flatMap((daily) => wantedPartitions(daily, now));
  if ((await missing(db.pool, wanted)).length === 0) return [];
  return db.transaction(async ({ client }) => {
    await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query(`select pg_advisory_xact_lock(${PARTITION_LOCK})`);
    const absent = await missing(client, wanted);
    for (const partition of absent) await client.query(createStatement(partition));
    return absent.map(({ name }) => name);
  });
}

/**
 * Drop the partitions whose day is past its table's time. Readers and writers of the other days are not held up:
 * a partition is detached concurrently first. What an interrupted run left is finished by the next.
 *
 * @returns the names of those dropped.
 */
export async function dropExpiredPartitions(db: Database, now: Date): Promise<readonly string[]> {
  const client = await db.pool.connect();
  try {
    await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query(`select pg_advisory_lock(${PARTITION_LOCK})`);
    const expired = (await partitionsOf(client)).filter((partition) => isExpired(partition, now));
    for (const { name, table, state } of expired) {
      if (state === "attached") {
        await client.query(`alter table ${table} detach partition ${name} concurrently`);
      } else if (state === "detaching") {
        await client.query(`alter table ${table} detach partition ${name} finalize`);
      }
      await client.query(`drop table ${name}`);
    }
    return expired.map(({ name }) => name);
  } finally {
    client.release(true); // with the connection go its lock and its settings
  }
}

export type DailyTableName = DailyTable["table"];

/** The moments [from, to) for which `ensurePartitions` made partitions at `now`; rows outside cannot be written. */
export function partitionWindow(
  table: DailyTableName,
  now: Date,
): { readonly from: Date; readonly to: Date } {
  const today = Math.floor(now.getTime() / DAY_MS);
  const keptDays = DAILY_TABLES.find((daily) => daily.table === table)?.keptDays ?? 0;
  return {
    from: new Date((today - keptDays) * DAY_MS),
    to: new Date((today + 1 + AHEAD_DAYS) * DAY_MS),
  };
}

/** Names of the partitions by day that there are. */
export async function dailyPartitions(client: Queryable): Promise<readonly string[]> {
  return (await partitionsOf(client)).map(({ name }) => name);
}

/** Make the partitions of these names, as `dailyPartitions` gave them, inside the caller's transaction. */
export async function restorePartitions(
  client: Queryable,
  names: readonly string[],
): Promise<void> {
  const wanted = DAILY_TABLES.flatMap((daily) =>
    names.flatMap((name) => {
      const day = /^(.*)_d(\d{4})(\d{2})(\d{2})$/.exec(name);
      if (day?.[1] !== daily.table) return [];
      return [
        { ...daily, name, from: new Date(`${day[2] ?? ""}-${day[3] ?? ""}-${day[4] ?? ""}`) },
      ];
    }),
  );
  for (const partition of await missing(client, wanted)) {
    await client.query(createStatement(partition));
  }
}

interface WantedPartition extends DailyTable {
  readonly name: string;
  readonly from: Date;
}

function wantedPartitions(daily: DailyTable, now: Date): WantedPartition[] {
  const today = Math.floor(now.getTime() / DAY_MS);
  return Array.from({ length: daily.keptDays + 1 + AHEAD_DAYS }, (_, index) => {
    const from = new Date((today - daily.keptDays + index) * DAY_MS);
    return { ...daily, from, name: partitionName(daily.table, from) };
  });
}

function partitionName(table: string, day: Date): string {
  return `${table}_d${day.toISOString().slice(0, 10).replaceAll("-", "")}`;
}

/**
 * Attaching takes a weaker lock than `CREATE TABLE … PARTITION OF`: writers go on meanwhile.
 */
function createStatement({ table, name, from, storage }: WantedPartition): string {
  const to = new Date(from.getTime() + DAY_MS);
  return `create table ${name} (like ${table} including all) with (${storage});
    alter table ${table} attach partition ${name}
      for values from ('${from.toISOString()}') to ('${to.toISOString()}')`;
}

async function missing(
  client: Queryable,
  wanted: readonly WantedPartition[],
): Promise<readonly WantedPartition[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class join pg_inherits on inhrelid = pg_class.oid
     where relnamespace = 'public'::regnamespace and relname = any($1)`,
    [wanted.map(({ name }) => name)],
  );
  const present = new Set(rows.map(({ name }) => name));
  return wanted.filter(({ name }) => !present.has(name));
}

interface ExistingPartition {
  readonly name: string;
  readonly table: string;
  /** The first moment of its day. */
  readonly from: Date;
  readonly state: "attached" | "detaching" | "detached";
}

async function partitionsOf(client: Queryable): Promise<readonly ExistingPartition[]> {
  const tables = DAILY_TABLES.map(({ table }) => table).join("|");
  const { rows } = await client.query<ExistingPartition>(
    `select relname as name,
            regexp_replace(relname, '_d[0-9]{8}$', '') as "table",
            to_timestamp(right(relname, 8) || '+00', 'YYYYMMDDTZH') as "from",
            case when inhrelid is null then 'detached'
                 when inhdetachpending then 'detaching' else 'attached' end as state
     from pg_class left join pg_inherits on inhrelid = pg_class.oid
     where relnamespace = 'public'::regnamespace and relkind = 'r' and relname ~ $1
     order by relname`,
    [`^(${tables})_d[0-9]{8}$`],
  );
  return rows;
}

function isExpired(partition: ExistingPartition, now: Date): boolean {
  const daily = DAILY_TABLES.find(({ table }) => table === partition.table);
  if (daily === undefined) return false;
  const oldestKept = (Math.floor(now.getTime() / DAY_MS) - daily.keptDays) * DAY_MS;
  return partition.from.getTime() < oldestKept;
}
