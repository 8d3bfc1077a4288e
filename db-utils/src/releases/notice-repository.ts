import type { Database } from "../database.ts";

/** A message that was written and is not yet sent. */
export interface DueNotice {
  readonly key: string;
  readonly text: string;
  /** Tries so far. */
  readonly attempts: number;
}

export type NoticeRepository = ReturnType<typeof createNoticeRepository>;

/** The messages for the operators that the control plane writes with its transitions. */
export function createNoticeRepository({ pool }: Pick<Database, "pool">) {
  return {
    /** The oldest that is due; nobody else gets it before `leaseMs` have passed. */
    async claim(now: Date, leaseMs: number): Promise<DueNotice | undefined> {
      const { rows } = await pool.query<DueNotice>(
        `update notices set send_after = $2, attempts = attempts + 1
         where notice_key = (
           select notice_key from notices where sent_at is null and send_after <= $1
           order by created_at, notice_key limit 1 for update skip locked)
         returning notice_key as key, text, attempts`,
        [now, new Date(now.getTime() + leaseMs)],
      );
      return rows[0];
    },
    async sent(key: string, now: Date): Promise<void> {
      await pool.query("update notices set sent_at = $2 where notice_key = $1", [key, now]);
    },
    async postpone(key: string, until: Date): Promise<void> {
      await pool.query("update notices set send_after = $2 where notice_key = $1", [key, until]);
    },
  };
}
