import type { Queryable } from "../queryable.ts";

/** Where an evaluation keeps its rows. */
export interface WindowKey {
  readonly releaseId: number;
  readonly window: number;
}

/** What belongs to the evaluation of a release. */
export interface Entry extends WindowKey {
  readonly startedAt: Date;
  readonly step: number;
  readonly firstSnapshotVersion: number;
  readonly stratumSeconds: number;
}

const OF_MINUTE = `
  from exposures e
  where e.answered_at >= $3::timestamptz and e.answered_at < $3::timestamptz + interval '1 min'
    and e.release_id = $1 and not e.pinned`;

/** Of two first exposures the earlier counts, so the order in which they arrive does not matter. */
const ENTER = `
insert into analysis_users as u (release_id, "window", user_id, track, first_exposed_at, hour)
select distinct on (e.user_id) $1, $2, e.user_id, e.assigned, e.answered_at,
  greatest(0, floor(extract(epoch from e.answered_at - $6::timestamptz) / $7::float8))::int4
  ${OF_MINUTE} and e.step = $4 and e.snapshot_version >= $5
order by e.user_id, e.answered_at, e.request_id
on conflict (release_id, "window", user_id) do update
  set track = excluded.track, first_exposed_at = excluded.first_exposed_at, hour = excluded.hour
  where u.summed_at is null and excluded.first_exposed_at < u.first_exposed_at`;

/** Seen on another track than at the first exposure, and indeed on both under one snapshot. */
const CROSSED = `
update analysis_users u set crossed_over = 1
where u.release_id = $1 and u."window" = $2 and u.crossed_over = 0
  and u.user_id in (select e.user_id ${OF_MINUTE} and e.step = $4 and e.snapshot_version >= $5
                      and e.assigned <> (select a.track from analysis_users a
                                         where a.release_id = $1 and a."window" = $2 and a.user_id = e.user_id))
  and exists (select from exposures x
              where x.user_id = u.user_id and x.answered_at >= $6::timestamptz and x.release_id = $1
                and not x.pinned and x.step = $4 and x.snapshot_version >= $5
              group by x.snapshot_version having count(distinct x.assigned) > 1)`;

/** Enter the users of one minute into the evaluation, and note who was seen on both tracks under one snapshot. */
export async function enterUsers(client: Queryable, entry: Entry, minute: Date): Promise<void> {
  const { releaseId, window, step, firstSnapshotVersion, startedAt, stratumSeconds } = entry;
  const shared = [releaseId, window, minute, step, firstSnapshotVersion, startedAt];
  await client.query(ENTER, [...shared, stratumSeconds]);
  await client.query(CROSSED, shared);
}

const ENTER_STEPS = `
insert into step_users as u (release_id, "window", step, user_id, track, first_exposed_at)
select distinct on (e.step, e.user_id) $1, $2, e.step, e.user_id, e.assigned, e.answered_at
  ${OF_MINUTE} and e.step = any($4::int4[])
order by e.step, e.user_id, e.answered_at, e.request_id
on conflict (release_id, "window", step, user_id) do update
  set track = excluded.track, first_exposed_at = excluded.first_exposed_at
  where excluded.first_exposed_at < u.first_exposed_at`;

/** Enter the users of one minute into the steps before the evaluation. */
export async function enterStepUsers(
  client: Queryable,
  { releaseId, window }: WindowKey,
  steps: readonly number[],
  minute: Date,
): Promise<void> {
  if (steps.length > 0) await client.query(ENTER_STEPS, [releaseId, window, minute, steps]);
}

export interface TrackUsers {
  readonly step: number;
  readonly main: number;
  readonly nightly: number;
}

/** Users by track at their first exposure in each step before the evaluation. */
export async function countStepUsers(client: Queryable, key: WindowKey): Promise<TrackUsers[]> {
  const { rows } = await client.query<TrackUsers>(
    `select step, (count(*) filter (where track = 'main'))::int4 as main,
            (count(*) filter (where track = 'nightly'))::int4 as nightly
     from step_users where release_id = $1 and "window" = $2 group by step order by step`,
    [key.releaseId, key.window],
  );
  return rows;
}

export interface EnteredUsers {
  readonly main: number;
  readonly nightly: number;
  readonly crossedOver: number;
}

/** Users of the evaluation, mature or not. */
export async function countEntered(client: Queryable, key: WindowKey): Promise<EnteredUsers> {
  const { rows } = await client.query<EnteredUsers>(
    `select (count(*) filter (where track = 'main'))::int4 as main,
            (count(*) filter (where track = 'nightly'))::int4 as nightly,
            coalesce(sum(crossed_over), 0)::int4 as "crossedOver"
     from analysis_users where release_id = $1 and "window" = $2`,
    [key.releaseId, key.window],
  );
  return rows[0] ?? { main: 0, nightly: 0, crossedOver: 0 };
}
