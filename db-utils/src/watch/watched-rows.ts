import type { Queryable } from "../queryable.ts";

/** A replica that ended by itself, or did not get ready. */
export interface FailedReplica {
  readonly name: string;
  readonly stoppedAt: Date;
  readonly reason: string | null;
}

/** What the platform's own lines say of our answers since a moment. */
export async function platformAnswersSince(
  client: Queryable,
  since: Date,
): Promise<{ readonly answers: number; readonly failed: number }> {
  const { rows } = await client.query<{ answers: number; failed: number }>(
    `select count(*)::int4 as answers, (count(*) filter (where status <> 200))::int4 as failed
     from platform_answers where answered_at >= $1`,
    [since],
  );
  return rows[0] ?? { answers: 0, failed: 0 };
}

/** Replicas that failed since a moment, in the order in which they did. */
export async function replicasFailedSince(
  client: Queryable,
  since: Date,
): Promise<readonly FailedReplica[]> {
  const { rows } = await client.query<FailedReplica>(
    `select name, stopped_at as "stoppedAt", detail->>'reason' as reason from replicas
     where state = 'failed' and stopped_at >= $1 order by stopped_at, name`,
    [since],
  );
  return rows;
}

/** Addresses of the replicas that are ready, by name. */
export async function readyReplicas(client: Queryable): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; url: string }>(
    "select name, url from replicas where state = 'ready' and url is not null order by name",
  );
  return new Map(rows.map(({ name, url }) => [name, url]));
}

/** When each of these releases was last judged. */
export async function lastVerdicts(
  client: Queryable,
  releaseIds: readonly number[],
): Promise<ReadonlyMap<number, Date>> {
  const { rows } = await client.query<{ releaseId: number; at: Date }>(
    `select release_id as "releaseId", max(at) as at from verdicts where release_id = any($1) group by release_id`,
    [releaseIds],
  );
  return new Map(rows.map(({ releaseId, at }) => [releaseId, at]));
}
