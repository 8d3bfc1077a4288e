import type { Queryable } from "../queryable.ts";
import { PROBE_USER_ID } from "../users/probe-user.ts";

/** Answers to /recommend of one minute. */
export interface AnswerMinuteRow {
  readonly minute: Date;
  readonly answers: number;
  /** With a list: status 200. */
  readonly good: number;
  /** Of these, within the deadline. */
  readonly onTime: number;
}

/** Who tells of answers: the platform by its lines, or we by our exposures. */
export type AnswerSource = "platform" | "own";

/**
 * Of our own answers those are left out that nobody waited for: the platform writes a line of its own where it lost
 * patience, which then is a failure, as it should be.
 */
const FROM: Readonly<Record<AnswerSource, string>> = {
  platform: "select answered_at, user_id, status, ms::float8 as ms from platform_answers",
  own: `select answered_at, user_id, status, latency_us / 1000.0 as ms from exposures
        where reason <> 'client_closed'`,
};

/** The answers of [from, to) by minute, oldest first; minutes without any are left out. */
export async function answerMinutes(
  client: Queryable,
  source: AnswerSource,
  { from, to, deadlineMs }: { readonly from: Date; readonly to: Date; readonly deadlineMs: number },
): Promise<AnswerMinuteRow[]> {
  const { rows } = await client.query<AnswerMinuteRow>(
    `select date_bin('1 minute', answered_at, '2000-01-01T00:00:00Z') as minute, count(*)::int as answers,
            (count(*) filter (where status = 200))::int as good,
            (count(*) filter (where status = 200 and ms <= $3))::int as "onTime"
     from (${FROM[source]}) answered
     where answered_at >= $1 and answered_at < $2 and user_id <> ${PROBE_USER_ID}
     group by 1 order by 1`,
    [from, to, deadlineMs],
  );
  return rows;
}
