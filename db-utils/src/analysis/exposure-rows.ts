import type { Queryable } from "../queryable.ts";
import { PROBE_USER_ID } from "../users/probe-user.ts";

/** An exposure with what the platform says about it. Times are milliseconds since 1970. */
export interface ExposureRow {
  readonly userId: number;
  readonly atMs: number;
  readonly assigned: string;
  readonly step: number;
  readonly snapshotVersion: number;
  readonly status: number;
  readonly reason: string;
  /** Of the first attempt. */
  readonly firstError: string | null;
  readonly firstMs: number | null;
  readonly latencyUs: number;
  readonly personalised: boolean;
  readonly list: readonly string[];
  /** The platform showed this list to this user; null while the platform's lines did not flow. */
  readonly matched: boolean | null;
}

/** Which exposures belong to a release. */
export interface ExposureScope {
  readonly releaseId: number;
  /** Greatest distance between an exposure and the platform's line about it. */
  readonly matchMs: number;
}

const COLUMNS = `
  e.user_id as "userId", (extract(epoch from e.answered_at) * 1000)::float8 as "atMs", e.assigned,
  coalesce(e.step, 0) as step, coalesce(e.snapshot_version, 0) as "snapshotVersion", e.status, e.reason,
  e.attempts -> 0 ->> 'error' as "firstError", (e.attempts -> 0 ->> 'ms')::float8 as "firstMs",
  e.latency_us as "latencyUs", e.personalised, e.list`;

/** Equal list, status 200, near in time; `from` and `to` bound the partitions that are looked into. */
const matchedBetween = (from: string, to: string, reach: string) => `
  e.status = 200 and exists (
    select from platform_answers p
    where p.user_id = e.user_id and p.status = 200 and p.list = e.list
      and p.answered_at between e.answered_at - ${reach} and e.answered_at + ${reach}
      and p.answered_at between ${from} - ${reach} and ${to} + ${reach})`;

/** The platform's lines flow in a minute if there is one in it or in a neighbouring minute, of whomever. */
const flowsIn = (minute: string) => `
  exists (select from platform_answers f
          where f.answered_at >= ${minute} - interval '1 min' and f.answered_at < ${minute} + interval '2 min')`;

/** Parameters: release, minute, reach. */
export const EXPOSURES_OF_MINUTE = `
select ${COLUMNS},
  case when (select ${flowsIn("$2::timestamptz")})
       then ${matchedBetween("$2::timestamptz", "$2::timestamptz + interval '1 min'", "$3::interval")} end as matched
from exposures e
where e.answered_at >= $2::timestamptz and e.answered_at < $2::timestamptz + interval '1 min'
  and e.release_id = $1 and not e.pinned and e.user_id <> ${PROBE_USER_ID}`;

/** A release's exposures of one minute, without pinned users. */
export async function exposuresOfMinute(
  client: Queryable,
  { releaseId, matchMs }: ExposureScope,
  minute: Date,
): Promise<ExposureRow[]> {
  const { rows } = await client.query<ExposureRow>(EXPOSURES_OF_MINUTE, [
    releaseId,
    minute,
    `${matchMs} ms`,
  ]);
  return rows;
}

/** A user, and the time that the attribution window begins. */
export interface WindowStart {
  readonly userId: number;
  readonly firstExposedAt: Date;
}

/** Parameters: release, users, first exposures, time, earliest, latest, reach. */
export const EXPOSURES_OF_USERS = `
with due (user_id, begins) as (select * from unnest($2::int8[], $3::timestamptz[])),
seen as materialized (
  select e.* from due d cross join lateral (
    select * from exposures x
    where x.user_id = d.user_id and x.answered_at between d.begins and d.begins + $4::interval
      and x.answered_at between $5::timestamptz and $6::timestamptz
      and x.release_id = $1 and not x.pinned) e),
minutes as materialized (
  select minute, ${flowsIn("minute")} as flows
  from (select distinct date_bin('1 min', answered_at, '2000-01-01T00:00:00Z') as minute from seen) m)
select ${COLUMNS},
  case when m.flows then ${matchedBetween("$5::timestamptz", "$6::timestamptz", "$7::interval")} end as matched
from seen e join minutes m on m.minute = date_bin('1 min', e.answered_at, '2000-01-01T00:00:00Z')`;

/** A release's exposures of some users, each within the time from his first exposure on. */
export async function exposuresOfUsers(
  client: Queryable,
  { releaseId, matchMs }: ExposureScope,
  users: readonly WindowStart[],
  attributionSeconds: number,
): Promise<ExposureRow[]> {
  if (users.length === 0) return [];
  const begins = users.map(({ firstExposedAt }) => firstExposedAt.getTime());
  const { rows } = await client.query<ExposureRow>(EXPOSURES_OF_USERS, [
    releaseId,
    users.map(({ userId }) => userId),
    users.map(({ firstExposedAt }) => firstExposedAt),
    `${attributionSeconds} s`,
    new Date(Math.min(...begins)),
    new Date(Math.max(...begins) + attributionSeconds * 1_000),
    `${matchMs} ms`,
  ]);
  return rows;
}
