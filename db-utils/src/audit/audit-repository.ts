import type { Database } from "../database.ts";

/** What somebody wants done. */
export interface AskedAction {
  readonly at: Date;
  /** As they say themselves. */
  readonly actor: string;
  readonly action: string;
  readonly releaseId: number | null;
  readonly reason: string | null;
  readonly arguments: unknown;
  /** Whose token it was; null where there was none, or none that is known. */
  readonly credential: string | null;
  /** Address of who asked, or the machine of a command. */
  readonly source: string | null;
}

export interface AuditEntry extends AskedAction {
  readonly key: number;
  /** `asked` while it is not over, or where whoever did it ended before. */
  readonly outcome: string;
}

export interface AuditFilter {
  readonly limit: number;
  /** Only this one. */
  readonly action?: string | undefined;
  readonly releaseId?: number | undefined;
  /** Not before. */
  readonly since?: Date | undefined;
}

/** An outcome is for people: a message of this many characters says enough. */
const OUTCOME_LENGTH = 2_000;

export type AuditRepository = ReturnType<typeof createAuditRepository>;

/** Who asked for what, when, from where, and what became of it. */
export function createAuditRepository({ pool }: Pick<Database, "pool">) {
  return {
    /** Before it is done, so that nothing is done off the record. @returns the key of its row. */
    async begin(asked: AskedAction, outcome = "asked"): Promise<number> {
      const { rows } = await pool.query<{ key: number }>(
        `insert into audit_log (at, actor, action, release_id, reason, arguments, credential, source, outcome)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning audit_key as key`,
        [
          ...[asked.at, asked.actor, asked.action, asked.releaseId, asked.reason],
          ...[JSON.stringify(asked.arguments), asked.credential, asked.source],
          outcome.slice(0, OUTCOME_LENGTH),
        ],
      );
      return rows[0]?.key ?? 0;
    },
    /** Whether the database holds nothing yet: a backup may be restored into it, which must find it empty. */
    async hasNothing(): Promise<boolean> {
      const { rows } = await pool.query<{ filled: boolean }>(
        `select exists (select from movies) or exists (select from users) or exists (select from releases) as filled`,
      );
      return rows[0]?.filled !== true;
    },
    /**
     * What became of what was asked then, of that key or, since a restore has moved it, another. @returns whether its row
     * was there.
     */
    async end(
      key: number,
      outcome: string,
      { at, action }: Pick<AskedAction, "at" | "action">,
    ): Promise<boolean> {
      const { rowCount } = await pool.query(
        `update audit_log set outcome = $2 where audit_key = (
           select audit_key from audit_log where at = $3 and action = $4 and outcome = 'asked'
           order by audit_key = $1 desc limit 1)`,
        [key, outcome.slice(0, OUTCOME_LENGTH), at, action],
      );
      return rowCount === 1;
    },
    /** The newest first. */
    async list({ limit, action, releaseId, since }: AuditFilter): Promise<AuditEntry[]> {
      const { rows } = await pool.query<AuditEntry>(
        `select audit_key as key, at, actor, action, release_id as "releaseId", reason, arguments, credential, source,
           outcome
         from audit_log
         where ($2::text is null or action = $2) and ($3::int is null or release_id = $3)
           and ($4::timestamptz is null or at >= $4)
         order by audit_key desc limit $1`,
        [limit, action ?? null, releaseId ?? null, since ?? null],
      );
      return rows;
    },
  };
}
