import type { Queryable } from "../queryable.ts";

/** A minute that changed, and the marks that say so. */
export interface MarkedMinute {
  readonly minute: Date;
  readonly keys: readonly number[];
}

/** Marks read at once: more than the parser makes in an hour. */
const MOST_MARKS = 100_000;

/** Minutes with changes, the earliest first. Marks made after this are another matter. */
export async function markedMinutes(client: Queryable, limit: number): Promise<MarkedMinute[]> {
  const { rows } = await client.query<MarkedMinute>(
    `select minute, array_agg(mark_key::float8) as keys
     from (select minute, mark_key from analysis_marks order by mark_key limit ${MOST_MARKS}) m
     group by minute order by minute limit $1`,
    [limit],
  );
  return rows;
}

export async function removeMarks(client: Queryable, keys: readonly number[]): Promise<void> {
  await client.query("delete from analysis_marks where mark_key = any($1::int8[])", [keys]);
}

/** What was counted in one minute of a release. */
export interface MinuteCountsRow {
  readonly minute: Date;
  /** 0: before the evaluation of the window that was current when it was counted. */
  readonly window: number;
  readonly track: "main" | "nightly";
  readonly step: number;
  readonly counts: unknown;
}

/** Put the counts of a minute in the place of those that are there, of whatever window. */
export async function replaceMinute(
  client: Queryable,
  releaseId: number,
  minute: Date,
  rows: readonly Omit<MinuteCountsRow, "minute">[],
): Promise<void> {
  await client.query("delete from exposure_minutes where release_id = $1 and minute = $2", [
    releaseId,
    minute,
  ]);
  if (rows.length === 0) return;
  await client.query(
    `insert into exposure_minutes (release_id, "window", minute, track, step, counts)
     select $1, "window", $2, track, step, counts
     from jsonb_to_recordset($3::jsonb) as t ("window" int4, track text, step int4, counts jsonb)`,
    [releaseId, minute, JSON.stringify(rows)],
  );
}

/** All that was counted of a release, by minute. */
export async function readMinutes(
  client: Queryable,
  releaseId: number,
): Promise<MinuteCountsRow[]> {
  const { rows } = await client.query<MinuteCountsRow>(
    `select minute, "window", track, step, counts from exposure_minutes
     where release_id = $1 order by minute, "window", step, track`,
    [releaseId],
  );
  return rows;
}
