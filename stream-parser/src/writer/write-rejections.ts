import type pg from "pg";
import type { RejectedMessage } from "./message.ts";

export interface Source {
  readonly topic: string;
  readonly partition: number;
}

/** How much of a rejected line is kept: enough to see what is wrong with it. */
const KEPT_BYTES = 4_096;

/**
 * Rejected lines kept of one batch; more are only counted. A topic full of something else would otherwise fill the disk
 * before retention comes by.
 */
const KEPT_LINES = 1_000;

const HOUR_MS = 3_600_000;

/** Keep rejected messages, and count them by reason and hour. A message already kept is not counted again. */
export async function writeRejections(
  client: Pick<pg.ClientBase, "query">,
  { topic, partition }: Source,
  rejected: readonly RejectedMessage[],
  nowMs: number,
): Promise<void> {
  if (rejected.length === 0) return;
  const kept = rejected.slice(0, KEPT_LINES);
  const { rows } = await client.query<{ reason: string }>(
    `insert into rejected_lines as r (topic, partition, "offset", received_at, reason, raw, raw_bytes)
     select $1, $2, t.* from unnest($3::int8[], $4::timestamptz[], $5::text[], $6::bytea[], $7::int4[]) as t
     on conflict (topic, partition, "offset") do update set
       received_at = excluded.received_at, reason = excluded.reason, raw = excluded.raw,
       raw_bytes = excluded.raw_bytes
     where (r.reason, r.raw) is distinct from (excluded.reason, excluded.raw)
     returning reason`,
    [
      topic,
      partition,
      kept.map(({ offset }) => offset),
      kept.map(() => new Date(nowMs)),
      kept.map(({ reason }) => reason),
      kept.map(({ value }) => value?.subarray(0, KEPT_BYTES) ?? Buffer.alloc(0)),
      kept.map(({ value }) => value?.length ?? 0),
    ],
  );
  const counts = countReasons([...rows, ...rejected.slice(KEPT_LINES)]);
  const hour = new Date(Math.floor(nowMs / HOUR_MS) * HOUR_MS);
  await client.query(
    `insert into rejection_counts as c (topic, partition, hour, reason, lines)
     select $1, $2, $3, t.* from unnest($4::text[], $5::int8[]) as t
     on conflict (topic, partition, hour, reason) do update set lines = c.lines + excluded.lines`,
    [topic, partition, hour, [...counts.keys()], [...counts.values()]],
  );
}

function countReasons(rejected: readonly { readonly reason: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of rejected) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}
