import type { Queryable } from "../queryable.ts";

/** What a service has done, and how much of it was bad. */
export interface Work {
  readonly done: number;
  readonly bad: number;
}

/** Lines of the stream that were ever written, and the rejected ones of the last 90 days. */
export async function streamWork(client: Queryable): Promise<Work> {
  const { rows } = await client.query<Work>(
    `select (select coalesce(sum(lines_total), 0) from stream_offsets)::float8 as done,
       (select coalesce(sum(lines), 0) from rejection_counts)::float8 as bad`,
  );
  return rows[0] ?? { done: 0, bad: 0 };
}

/** Who of users closed the connection was not refused an answer. */
const CLIENT_CLOSED = 499;

/** Answers since then, by our own record: bad are errors, and lists that no replica made. */
export async function answeredWork(client: Queryable, since: Date): Promise<Work> {
  const { rows } = await client.query<Work>(
    `select count(*)::float8 as done, (count(*) filter (where status >= 500 or served = 'none'))::float8 as bad
     from exposures where answered_at >= $1 and status <> ${CLIENT_CLOSED}`,
    [since],
  );
  return rows[0] ?? { done: 0, bad: 0 };
}

/** The same answers as the platform has them: bad is all that is no list. */
export async function receivedWork(client: Queryable, since: Date): Promise<Work> {
  const { rows } = await client.query<Work>(
    `select count(*)::float8 as done, (count(*) filter (where status <> 200))::float8 as bad
     from platform_answers where answered_at >= $1`,
    [since],
  );
  return rows[0] ?? { done: 0, bad: 0 };
}
