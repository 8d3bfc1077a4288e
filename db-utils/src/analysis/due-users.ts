import type { Queryable } from "../queryable.ts";
import type { WindowStart } from "./exposure-rows.ts";
import type { WindowKey } from "./users.ts";

/** A user whose attribution window is over. */
export interface DueUser extends WindowStart {
  readonly track: "main" | "nightly";
  readonly hour: number;
}

/** Users not yet summed whose first exposure was at `before` or earlier, the earliest first. */
export async function dueUsers(
  client: Queryable,
  { releaseId, window }: WindowKey,
  before: Date,
  limit: number,
): Promise<DueUser[]> {
  const { rows } = await client.query<DueUser>(
    `select user_id as "userId", track, first_exposed_at as "firstExposedAt", hour from analysis_users
     where release_id = $1 and "window" = $2 and summed_at is null and first_exposed_at <= $3
     order by first_exposed_at, user_id limit $4 for update`,
    [releaseId, window, before, limit],
  );
  return rows;
}

/** Note what users added to the sums; in the transaction that adds it. */
export async function markSummed(
  client: Queryable,
  { releaseId, window }: WindowKey,
  figures: ReadonlyMap<number, unknown>,
  at: Date,
): Promise<void> {
  await client.query(
    `update analysis_users u set summed_at = $3, figures = f.figures
     from unnest($4::int8[], $5::jsonb[]) as f (user_id, figures)
     where u.release_id = $1 and u."window" = $2 and u.user_id = f.user_id`,
    [
      releaseId,
      window,
      at,
      [...figures.keys()],
      [...figures.values()].map((value) => JSON.stringify(value)),
    ],
  );
}

/** Sums of one track, hour of entry and metric, as decimal strings. */
export interface SumsRow {
  readonly track: "main" | "nightly";
  readonly hour: number;
  readonly metric: string;
  readonly sums: unknown;
}

export async function readSums(
  client: Queryable,
  { releaseId, window }: WindowKey,
): Promise<SumsRow[]> {
  const { rows } = await client.query<SumsRow>(
    `select track, hour, metric, sums from analysis_sums
     where release_id = $1 and "window" = $2 order by track, hour, metric`,
    [releaseId, window],
  );
  return rows;
}

/** Put sums in the place of those that are there. */
export async function writeSums(
  client: Queryable,
  { releaseId, window }: WindowKey,
  rows: readonly SumsRow[],
): Promise<void> {
  await client.query(
    `insert into analysis_sums (release_id, "window", track, hour, metric, sums)
     select $1, $2, track, hour, metric, sums
     from jsonb_to_recordset($3::jsonb) as t (track text, hour int4, metric text, sums jsonb)
     on conflict (release_id, "window", track, hour, metric) do update set sums = excluded.sums`,
    [releaseId, window, JSON.stringify(rows)],
  );
}
