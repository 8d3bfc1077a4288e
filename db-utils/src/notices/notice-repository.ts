import type { Database } from "../database.ts";
import type { Queryable } from "../queryable.ts";
import { storableText } from "../storable-text.ts";

/** A message for the operators; one of each key is ever written. */
export interface Notice {
  /** Names the event, not the message. */
  readonly key: string;
  /** `job`, `tag`, `trouble`, `digest`, or the state that a rollout enters. */
  readonly kind: string;
  readonly text: string;
}

/** Where and when a message was written. */
export interface NoticeOrigin {
  readonly at: Date;
  readonly releaseId?: number | undefined;
  /** It reached Slack before it could be written. */
  readonly sentAt?: Date | undefined;
}

/** A message that was written and is not yet sent. */
export interface DueNotice {
  readonly key: string;
  readonly text: string;
  /** Tries so far, this one included. */
  readonly attempts: number;
}

/** What waits to be sent. */
export interface WaitingNotices {
  readonly count: number;
  readonly oldestAt: Date | null;
}

/** One that failed so often no longer keeps the others back. */
const IN_ORDER_ATTEMPTS = 8;

/** Write a message with what it tells, in one transaction. The same event writes no second one. */
export async function insertNotice(
  client: Queryable,
  { key, kind, text }: Notice,
  { at, releaseId, sentAt }: NoticeOrigin,
): Promise<void> {
  await client.query(
    `insert into notices (notice_key, created_at, kind, release_id, text, send_after, sent_at)
     values ($1, $2, $3, $4, $5, $2, $6) on conflict do nothing`,
    [key, at, kind, releaseId ?? null, storableText(text), sentAt ?? null],
  );
}

export type NoticeRepository = ReturnType<typeof createNoticeRepository>;

/** The outbox: every message for the operators, from its event until Slack has it. */
export function createNoticeRepository({ pool }: Pick<Database, "pool">) {
  return {
    write: (notice: Notice, origin: NoticeOrigin) => insertNotice(pool, notice, origin),
    /**
     * The oldest that waits, if it is due; nobody else gets it before `leaseMs` have passed. While it is not
     * due, none is: they arrive in the order in which they were written.
     */
    async claim(now: Date, leaseMs: number): Promise<DueNotice | undefined> {
      const { rows } = await pool.query<DueNotice>(
        `update notices set send_after = $2, attempts = attempts + 1
         where notice_key = (
           select notice_key from notices where sent_at is null
           order by attempts >= ${IN_ORDER_ATTEMPTS}, created_at, notice_key limit 1)
           and sent_at is null and send_after <= $1
         returning notice_key as key, text, attempts`,
        [now, new Date(now.getTime() + leaseMs)],
      );
      return rows[0];
    },
    async sent(key: string, now: Date): Promise<void> {
      await pool.query("update notices set sent_at = $2 where notice_key = $1", [key, now]);
    },
    async postpone(key: string, until: Date): Promise<void> {
      await pool.query(
        "update notices set send_after = $2 where notice_key = $1 and sent_at is null",
        [key, until],
      );
    },
    async waiting(): Promise<WaitingNotices> {
      const { rows } = await pool.query<WaitingNotices>(
        `select count(*)::int4 as count, min(created_at) as "oldestAt" from notices where sent_at is null`,
      );
      return rows[0] ?? { count: 0, oldestAt: null };
    },
  };
}
