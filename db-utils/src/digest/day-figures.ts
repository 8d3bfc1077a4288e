import type { Queryable } from "../queryable.ts";

/** A day of UTC: [from, to). */
export interface Day {
  readonly from: Date;
  readonly to: Date;
}

/** What was answered, by our own exposures. Latencies are milliseconds, null without an answer. */
export interface AnswerFigures {
  readonly answers: number;
  readonly users: number;
  /** A replica made the list. */
  readonly good: number;
  /** The load balancer's own list stood in. */
  readonly ownList: number;
  readonly unanswered: number;
  readonly personalised: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

export async function answerFigures(client: Queryable, { from, to }: Day): Promise<AnswerFigures> {
  const { rows } = await client.query<AnswerFigures>(
    `select count(*)::int4 as answers, count(distinct user_id)::int4 as users,
       (count(*) filter (where status = 200 and served <> 'none'))::int4 as good,
       (count(*) filter (where reason = 'fallback_list'))::int4 as "ownList",
       (count(*) filter (where reason = 'unanswered'))::int4 as unanswered,
       (count(*) filter (where personalised))::int4 as personalised,
       percentile_cont(.5) within group (order by latency_us) / 1000 as "p50Ms",
       percentile_cont(.99) within group (order by latency_us) / 1000 as "p99Ms"
     from exposures where answered_at >= $1 and answered_at < $2 and reason <> 'client_closed'`,
    [from, to],
  );
  if (rows[0] === undefined) throw new Error("an aggregate returned no row");
  return rows[0];
}

/** The platform's own lines about our answers. */
export async function platformFigures(
  client: Queryable,
  { from, to }: Day,
): Promise<{ readonly answers: number; readonly failed: number }> {
  const { rows } = await client.query<{ answers: number; failed: number }>(
    `select count(*)::int4 as answers, (count(*) filter (where status <> 200))::int4 as failed
     from platform_answers where answered_at >= $1 and answered_at < $2`,
    [from, to],
  );
  return rows[0] ?? { answers: 0, failed: 0 };
}

/** Users of a day that are asked what they took; the mean of so many is right to a percent. */
const SAMPLE = 5_000;

/** Of users who were shown lists (a sample by hash), how many began a movie of them within the day, after it was shown. */
export async function takenFigures(
  client: Queryable,
  { from, to }: Day,
): Promise<{ readonly users: number; readonly took: number }> {
  const { rows } = await client.query<{ users: number; took: number }>(
    `with asked as materialized (
       select user_id from exposures where answered_at >= $1 and answered_at < $2 and status = 200
       group by user_id order by hashint8(user_id), user_id limit ${SAMPLE}),
     shown as (
       select e.user_id, movie, min(e.answered_at) as at
       from asked join exposures e using (user_id), unnest(e.list) as movie
       where e.answered_at >= $1 and e.answered_at < $2 and e.status = 200 group by e.user_id, movie)
     select (select count(*) from asked)::int4 as users, count(distinct s.user_id)::int4 as took
     from shown s join movies m on m.movie_id = s.movie
       join interactions i on i.user_id = s.user_id and i.movie_key = m.movie_key
     where i.first_watched_at >= s.at and i.first_watched_at < $2`,
    [from, to],
  );
  return rows[0] ?? { users: 0, took: 0 };
}

/** Where a release came to. */
export interface ReleaseEnd {
  readonly releaseId: number;
  readonly ref: string;
  readonly state: string;
  readonly reason: string;
}

/** Releases that became main or were taken back; of those taken back why that was begun. */
export async function releaseEnds(client: Queryable, { from, to }: Day): Promise<ReleaseEnd[]> {
  const { rows } = await client.query<ReleaseEnd>(
    `select t.release_id as "releaseId", r.ref, t.to_state as state, coalesce((
         select b.reason from rollout_transitions b
         where b.release_id = t.release_id and b.to_state = 'rolling-back' and b.sequence < t.sequence
         order by b.sequence desc limit 1), t.reason) as reason
     from rollout_transitions t join releases r using (release_id)
     where t.at >= $1 and t.at < $2 and t.to_state in ('promoted', 'rolled-back', 'aborted', 'failed-to-start')
     order by t.at, t.release_id`,
    [from, to],
  );
  return rows;
}

/** Lines of the stream that were no event, by reason, the most frequent first. */
export async function rejectedLines(
  client: Queryable,
  { from, to }: Day,
): Promise<readonly { readonly reason: string; readonly lines: number }[]> {
  const { rows } = await client.query<{ reason: string; lines: number }>(
    `select reason, sum(lines)::float8 as lines from rejection_counts where hour >= $1 and hour < $2
     group by reason order by 2 desc, 1`,
    [from, to],
  );
  return rows;
}

/** Runs of jobs that failed, by job. */
export async function failedJobs(
  client: Queryable,
  { from, to }: Day,
): Promise<readonly { readonly job: string; readonly failures: number }[]> {
  const { rows } = await client.query<{ job: string; failures: number }>(
    `select job, count(*)::int4 as failures from job_runs
     where state = 'failed' and coalesce(detail->>'interrupted', '') <> 'true' and started_at >= $1 and started_at < $2
     group by job order by job`,
    [from, to],
  );
  return rows;
}
