import { createHash } from "node:crypto";
import type pg from "pg";
import type { RecommendationEvent } from "../contract/event.ts";

/** A recommendation line with a hash of its bytes, which tells a repeated line from another answer in the same instant. */
export interface HashedAnswer {
  readonly event: RecommendationEvent;
  readonly lineHash: string;
}

const HASH_BYTES = 16;

export function hashedAnswer(event: RecommendationEvent, line: Buffer): HashedAnswer {
  const digest = createHash("sha256").update(line).digest();
  return { event, lineHash: digest.subarray(0, HASH_BYTES).toString("hex") };
}

/** An answer and its exposure may lie in two minutes if they are so near to the minute's end. */
const MARK_REACH = "5 s";

/**
 * Keep what the platform says that it showed, for days inside the window, and mark the minutes whose exposures it may
 * belong to. A repeated line changes nothing.
 */
export async function writeAnswers(
  client: Pick<pg.ClientBase, "query">,
  answers: readonly HashedAnswer[],
): Promise<void> {
  if (answers.length === 0) return;
  const rows = answers.map(({ event, lineHash }) => ({
    at: new Date(event.atMs).toISOString(),
    user_id: event.userId,
    line_hash: lineHash,
    server: event.server,
    status: event.status,
    list: event.movieIds,
    ms: event.ms,
    error: event.error,
  }));
  await client.query(
    `with added as (
     insert into platform_answers (answered_at, user_id, line_hash, server, status, list, ms, error)
     select at, user_id, decode(line_hash, 'hex'), server, status, list, ms, error
     from jsonb_to_recordset($1::jsonb) as t (at timestamptz, user_id int8, line_hash text, server text,
                                              status int4, list text[], ms int4, error text)
     on conflict do nothing returning answered_at)
     insert into analysis_marks (minute)
     select distinct date_bin('1 minute', at, '2000-01-01T00:00:00Z')
     from added, unnest(array[answered_at - $2::interval, answered_at + $2::interval]) as at`,
    [JSON.stringify(rows), MARK_REACH],
  );
}

/** Remember when users made their accounts: the earliest line counts. */
export async function writeAccounts(
  client: Pick<pg.ClientBase, "query">,
  accounts: ReadonlyMap<number, number>,
): Promise<void> {
  if (accounts.size === 0) return;
  const byUser = [...accounts].sort(([a], [b]) => a - b);
  await client.query(
    `insert into users as u (user_id, account_created_at)
     select user_id, to_timestamp(at_ms / 1000.0)
     from unnest($1::int8[], $2::float8[]) as t (user_id, at_ms) order by user_id
     on conflict (user_id) do update set account_created_at = excluded.account_created_at
     where u.account_created_at is null or excluded.account_created_at < u.account_created_at`,
    [byUser.map(([userId]) => userId), byUser.map(([, atMs]) => atMs)],
  );
}
