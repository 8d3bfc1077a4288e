import type { Database } from "@canarec/db-utils/database";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { assignTrack } from "@canarec/load-balancer/assignment/assign-track";
import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { planHash } from "@canarec/load-balancer/rollout/plans";
import { type Rollout, queuedRollout } from "@canarec/load-balancer/rollout/rollout";
import { evaluationStep } from "@canarec/load-balancer/rollout/steps";

export const EVALUATION_SNAPSHOT = 10;

/** Put a release under way, its evaluation begun at a moment. */
export async function beginRelease(
  db: Database,
  plan: ReleasePlan,
  startedAt: Date,
  change: Partial<Rollout> = {},
): Promise<Rollout> {
  await ensurePartitions(db, startedAt);
  const { rows } = await db.pool.query<{ id: number }>(
    `insert into releases (submitted_at, kind, ref, code, build, plan, plan_hash, actor, source)
     values ($1, 'trial', 'HEAD', repeat('a', 40), 'a', $2, $3, 'test', 'test') returning release_id as id`,
    [new Date(startedAt.getTime() - 3_600_000), JSON.stringify(plan), planHash(plan)],
  );
  const rollout: Rollout = {
    ...queuedRollout(rows[0]?.id ?? 0, startedAt.getTime()),
    state: "evaluating",
    step: evaluationStep(plan),
    window: 1,
    windowStartedAtMs: startedAt.getTime(),
    evaluationSnapshotVersion: EVALUATION_SNAPSHOT,
    ...change,
  };
  await db.pool.query(
    `insert into rollouts (release_id, state, step, "window", detail, sequence, updated_at)
     values ($1, $2, $3, $4, $5, 1, $6)`,
    [
      rollout.releaseId,
      rollout.state,
      rollout.step,
      rollout.window,
      JSON.stringify(rollout),
      startedAt,
    ],
  );
  await db.pool.query(
    `insert into movies (movie_id, source) select 'movie+' || i, 'demo' from generate_series(1, $1) as i
     on conflict do nothing`,
    [MOVIES],
  );
  return rollout;
}

export const MOVIES = 200;

/** One request of a user, and what came of it. */
export interface Visit {
  readonly userId: number;
  readonly atMs: number;
  readonly failed?: boolean;
  readonly assigned?: "main" | "nightly";
  /** The platform's line is missing. */
  readonly unconfirmed?: boolean;
  readonly snapshotVersion?: number;
  readonly step?: number;
}

/** The list that a user is shown: 20 movies from his number on. */
export function listOf(userId: number): string[] {
  return Array.from({ length: 20 }, (_, i) => `movie+${1 + ((userId + i) % MOVIES)}`);
}

/** A list with a movie that its user begins to watch. */
export interface Watch {
  readonly userId: number;
  readonly atMs: number;
}

/** Write visits as the parser does: exposures, the platform's lines, and the marks of their minutes. */
export async function writeVisits(
  db: Database,
  rollout: Rollout,
  visits: readonly Visit[],
): Promise<void> {
  const rows = visits.map((visit) => ({
    at: new Date(visit.atMs).toISOString(),
    user_id: visit.userId,
    request_id: `${visit.userId}-${visit.atMs}`,
    assigned: visit.assigned ?? assignTrack(rollout.salt, visit.userId, 0.5),
    version: visit.snapshotVersion ?? EVALUATION_SNAPSHOT,
    step: visit.step ?? rollout.step,
    reason: visit.failed === true ? "retried" : "ok",
    attempts: [
      {
        replica: "r",
        status: visit.failed === true ? 500 : 200,
        ms: 5,
        ...(visit.failed === true && { error: "server_error" }),
      },
    ],
    confirmed: visit.unconfirmed !== true,
    list: listOf(visit.userId),
  }));
  await db.pool.query(
    `with t as (select * from jsonb_to_recordset($1::jsonb) as t (at timestamptz, user_id int8, request_id text,
       assigned text, version int8, step int4, reason text, attempts jsonb, confirmed boolean, list text[])),
     added as (
       insert into exposures (user_id, answered_at, snapshot_version, step, release_id, status, latency_us, personalised,
         pinned, request_id, assigned, served, reason, build, bundle, replica, attempts, list)
       select user_id, at, version, step, $2, 200, 5000, true, false, request_id, assigned, assigned, reason,
         'b', 'b', 'r', attempts, list from t on conflict do nothing returning answered_at),
     shown as (
       insert into platform_answers (user_id, answered_at, status, ms, line_hash, server, list)
       select user_id, at + interval '20 ms', 200, 9, decode(md5(request_id), 'hex'), 'lb', list
       from t where confirmed on conflict do nothing returning answered_at)
     insert into analysis_marks (minute)
     select distinct date_bin('1 minute', answered_at, '2000-01-01T00:00:00Z')
     from (select * from added union all select * from shown) m`,
    [JSON.stringify(rows), rollout.releaseId],
  );
}

/** Users begin the first movie of their list, for ten minutes. */
export async function writeWatches(db: Database, watches: readonly Watch[]): Promise<void> {
  const rows = watches.map(({ userId, atMs }) => ({
    user_id: userId,
    at: new Date(atMs).toISOString(),
    movie: listOf(userId)[0],
  }));
  const values = [JSON.stringify(rows)];
  const from = `from jsonb_to_recordset($1::jsonb) as t (user_id int8, at timestamptz, movie text)
    join movies on movie_id = movie`;
  await db.pool.query(
    `insert into users (user_id) select distinct user_id ${from} on conflict do nothing`,
    values,
  );
  await db.pool.query(
    `insert into interactions (user_id, movie_key, furthest_minute, first_watched_at, last_watched_at)
     select user_id, movie_key, 9, at, at + interval '9 min' ${from} on conflict do nothing`,
    values,
  );
  await db.pool.query(
    `insert into watches (user_id, hour, movie_key, first_minute, last_minute)
     select user_id, date_bin('1 hour', at, '2000-01-01Z'), movie_key, 0, 9 ${from} on conflict do nothing`,
    values,
  );
}

/** Both topics are written up to a moment. */
export async function advanceSources(db: Database, to: Date): Promise<void> {
  await db.pool.query(
    `insert into stream_offsets (topic, partition, next_offset, high_event_at)
     select topic, 0, 1, $1 from unnest(array['movielog', 'canarec-exposures']) as topic
     on conflict (topic, partition) do update set high_event_at = excluded.high_event_at, updated_at = now()`,
    [to],
  );
}
