import type pg from "pg";
import type { Database } from "@canarec/db-utils/database";
import type { Source } from "./write-rejections.ts";

/** How far a partition is written, as Postgres has it. */
export interface Position {
  /** Offset of the first message not written. */
  readonly nextOffset: number;
  /** Of the message before it; null when nothing was written yet. */
  readonly fingerprint: string | null;
}

export interface Advance {
  readonly to: Position;
  /** Messages written. */
  readonly lines: number;
  readonly highEventAtMs: number | null;
  /** The topic was made anew: counting begins again. */
  readonly fromBeginning: boolean;
}

/** Read a partition's position; the row is made if it is not there, so that there is always one to lock. */
export async function loadPosition(db: Database, { topic, partition }: Source): Promise<Position> {
  await db.pool.query(
    `insert into stream_offsets (topic, partition, next_offset) values ($1, $2, 0)
     on conflict do nothing`,
    [topic, partition],
  );
  const { rows } = await db.pool.query<Position>(SELECT_POSITION, [topic, partition]);
  return rows[0] ?? { nextOffset: 0, fingerprint: null };
}

const SELECT_POSITION = `select next_offset as "nextOffset", last_offset_fingerprint as "fingerprint"
  from stream_offsets where topic = $1 and partition = $2`;

/**
 * Lock a partition's position for this transaction and see whether it still is where the caller thinks. Of two parsers
 * that both believe to own the partition, as happens around a rebalance, only one finds it so.
 */
export async function holdsPosition(
  client: Pick<pg.ClientBase, "query">,
  { topic, partition }: Source,
  expected: Position,
): Promise<boolean> {
  const { rows } = await client.query<Position>(`${SELECT_POSITION} for update`, [
    topic,
    partition,
  ]);
  const [actual] = rows;
  return actual?.nextOffset === expected.nextOffset && actual.fingerprint === expected.fingerprint;
}

/** Move the position, in the transaction that wrote the messages up to it. */
export async function advancePosition(
  client: Pick<pg.ClientBase, "query">,
  { topic, partition }: Source,
  { to, lines, highEventAtMs, fromBeginning }: Advance,
): Promise<void> {
  await client.query(
    `update stream_offsets set next_offset = $3, last_offset_fingerprint = $4,
       lines_total = case when $7 then 0 else lines_total end + $5,
       high_event_at = greatest(case when $7 then null else high_event_at end, to_timestamp($6::float8 / 1000)),
       updated_at = clock_timestamp()
     where topic = $1 and partition = $2`,
    [topic, partition, to.nextOffset, to.fingerprint, lines, highEventAtMs, fromBeginning],
  );
}
