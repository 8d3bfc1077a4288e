import type pg from "pg";

/** What a restore does not take back: tokens' revocations, the audit, and what operators have been told. */
const SURVIVING = ["operator_tokens", "audit_log", "notices", "troubles"] as const;

/** Numbers of these tables stand in messages and in the audit: none is given a second time. */
const NUMBERED = [
  ["releases", "release_id"],
  ["service_releases", "service_release_id"],
] as const;

/** Rows of the database that is replaced, kept aside until its transaction ends. */
export interface SurvivingRows {
  /**
   * Add them to what was restored.
   *
   * @returns names of valid tokens of which the replaced database knew nothing, in their order.
   */
  merge(): Promise<readonly string[]>;
}

/** Keep aside what survives, inside the transaction that holds the tables' locks and is about to empty them. */
export async function keepSurvivingRows(client: pg.ClientBase): Promise<SurvivingRows> {
  for (const table of SURVIVING) {
    await client.query(`create temp table kept_${table} on commit drop as select * from ${table}`);
  }
  const next: number[] = [];
  for (const [table, column] of NUMBERED) next.push(await nextNumber(client, table, column));
  return {
    async merge() {
      for (const statement of [...TOKENS, ...AUDIT, ...NOTICES, ...TROUBLES]) {
        await client.query(statement);
      }
      for (const [i, [table, column]] of NUMBERED.entries()) {
        await client.query(
          `select setval(pg_get_serial_sequence($1, $2), greatest($3::bigint, coalesce(max(${column}), 0) + 1), false)
           from ${table}`,
          [table, column, next[i]],
        );
      }
      return unknownTokens(client);
    },
  };
}

async function nextNumber(client: pg.ClientBase, table: string, column: string): Promise<number> {
  const { rows } = await client.query<{ next: number }>(
    `select coalesce(pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass), 0) + 1 as next`,
    [table, column],
  );
  return rows[0]?.next ?? 1;
}

/** The replaced database knows best who has a token of a name; a revocation in either holds. */
const TOKENS = [
  `insert into operator_tokens as restored (name, sha256, created_at, created_by, revoked_at)
   select name, sha256, created_at, created_by, revoked_at from kept_operator_tokens
   on conflict (name) do update set sha256 = excluded.sha256, created_at = excluded.created_at,
     created_by = excluded.created_by, revoked_at = least(restored.revoked_at, excluded.revoked_at)`,
];

const AUDIT_COLUMNS =
  "at, actor, action, release_id, reason, arguments, outcome, credential, source";

/** A row is the same where key and time are; of another one with its key it gets a new key, after all others. */
const AUDIT = [
  `update audit_log as restored set outcome = kept.outcome from kept_audit_log as kept
   where restored.audit_key = kept.audit_key and restored.at = kept.at`,
  `delete from kept_audit_log as kept using audit_log as restored
   where restored.audit_key = kept.audit_key and restored.at = kept.at`,
  `select setval(pg_get_serial_sequence('audit_log', 'audit_key'), coalesce(max(audit_key), 0) + 1, false)
   from (select audit_key from audit_log union all select audit_key from kept_audit_log) as both_of_them`,
  `insert into audit_log (audit_key, ${AUDIT_COLUMNS}) overriding system value
   select case when exists (select from audit_log as taken where taken.audit_key = kept.audit_key)
     then nextval(pg_get_serial_sequence('audit_log', 'audit_key')) else audit_key end, ${AUDIT_COLUMNS}
   from kept_audit_log as kept order by audit_key`,
];

/**
 * What was sent stays sent. The numbers of a release's events go on from where the backup was: what the replaced database
 * has beyond makes room for events that are yet to come.
 */
const NOTICES = [
  `update kept_notices set notice_key = notice_key || '-replaced-' || gen_random_uuid()
   where notice_key ~ '^release-[0-9]+-[0-9]+$' and notice_key not in (select notice_key from notices)`,
  `insert into notices as restored (notice_key, created_at, kind, release_id, text, attempts, send_after, sent_at)
   select notice_key, created_at, kind, release_id, text, attempts, send_after, sent_at from kept_notices
   on conflict (notice_key) do update set attempts = excluded.attempts, send_after = excluded.send_after,
     sent_at = coalesce(excluded.sent_at, restored.sent_at)`,
];

/** One of each is open at a time: that of the replaced database. */
const TROUBLES = [
  `delete from troubles as restored using kept_troubles as kept
   where restored.trouble = kept.trouble and restored.ended_at is null and kept.ended_at is null`,
  `insert into troubles (trouble, began_at, ended_at, what)
   select trouble, began_at, ended_at, what from kept_troubles
   on conflict (trouble, began_at) do update set ended_at = excluded.ended_at`,
];

/** Names of valid tokens that a replaced database did not know, in their order. */
async function unknownTokens(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select name from operator_tokens where revoked_at is null
       and name not in (select name from kept_operator_tokens) order by name collate "C"`,
  );
  return rows.map(({ name }) => name);
}
