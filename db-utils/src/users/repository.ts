import { notifyUsers } from "../change-feed/notify.ts";
import type { Database } from "../database.ts";
import type { Queryable } from "../queryable.ts";
import { storableText } from "../storable-text.ts";
import { PROBE_USER_ID } from "./probe-user.ts";

/** What the platform's metadata API knows of a user. */
export interface UserMetadata {
  readonly userId: number;
  readonly age: number | null;
  readonly gender: string | null;
  readonly occupation: string | null;
  readonly likes: string | null;
  readonly dislikes: string | null;
}

export interface User extends UserMetadata {
  readonly metadataState: "placeholder" | "known" | "unknown";
  readonly lookupAttempts: number;
  readonly lookupAfter: Date | null;
  readonly accountCreatedAt: Date | null;
  readonly firstSeenAt: Date;
}

export interface UserLookup {
  readonly userId: number;
  /** Failed look-ups so far. */
  readonly attempts: number;
}

export interface UserRepository {
  /** Placeholder rows for those of the users that have none. Give a transaction's client to be part of it. */
  ensure(userIds: readonly number[], client?: Queryable): Promise<void>;
  find(userId: number): Promise<User | undefined>;
  count(): Promise<number>;
  /** Claim users whose look-up is due, oldest first: nobody else gets them before `leaseMs` have passed. */
  claimLookups(now: Date, limit: number, leaseMs: number): Promise<UserLookup[]>;
  /** Store what the platform knows, and tell the change feed of them; they are not looked up again. */
  applyMetadata(users: readonly UserMetadata[]): Promise<void>;
  /** The platform knows no such users: count it and ask once more at `after`. */
  markUnknown(userIds: readonly number[], after: Date): Promise<void>;
  /** A look-up failed: count it and try again at `after`. */
  postponeLookups(userIds: readonly number[], after: Date): Promise<void>;
}

export function createUserRepository(db: Pick<Database, "pool" | "transaction">): UserRepository {
  const { pool } = db;
  return {
    ensure: (userIds, client = pool) => ensureUsers(client, userIds),
    async find(userId) {
      const { rows } = await pool.query<User>(
        `select user_id as "userId", age, gender, occupation, likes, dislikes,
                metadata_state as "metadataState", lookup_attempts as "lookupAttempts",
                lookup_after as "lookupAfter", account_created_at as "accountCreatedAt",
                first_seen_at as "firstSeenAt"
         from users where user_id = $1`,
        [userId],
      );
      return rows[0];
    },
    async count() {
      const { rows } = await pool.query<{ count: number }>("select count(*) from users");
      return rows[0]?.count ?? 0;
    },
    claimLookups: (now, limit, leaseMs) => claim(pool, { now, limit, leaseMs }),
    applyMetadata: (users) =>
      db.transaction(async ({ client }) => {
        await applyMetadata(client, users);
        await notifyUsers(
          client,
          users.map(({ userId }) => userId),
        );
      }),
    async markUnknown(userIds, after) {
      await pool.query(
        `update users set metadata_state = 'unknown', lookup_attempts = lookup_attempts + 1, lookup_after = $2
         where user_id = any($1) and metadata_state in ('placeholder', 'unknown')`,
        [userIds, after],
      );
    },
    async postponeLookups(userIds, after) {
      await pool.query(
        `update users set lookup_attempts = lookup_attempts + 1, lookup_after = $2
         where user_id = any($1) and metadata_state in ('placeholder', 'unknown')`,
        [userIds, after],
      );
    },
  };
}

/** In the order of ids, so that two writers wait for one another instead of dead-locking. */
async function ensureUsers(client: Queryable, userIds: readonly number[]): Promise<void> {
  await client.query(
    `insert into users (user_id)
     select distinct id from unnest($1::bigint[]) as id
     where not exists (select from users where user_id = id)
     order by id
     on conflict do nothing`,
    [userIds],
  );
}

async function claim(
  client: Queryable,
  { now, limit, leaseMs }: { now: Date; limit: number; leaseMs: number },
): Promise<UserLookup[]> {
  const { rows } = await client.query<UserLookup>(
    `update users set lookup_after = $3
     where user_id in (
       select user_id from users where lookup_after <= $1 and user_id <> ${PROBE_USER_ID}
       order by lookup_after limit $2 for update skip locked)
     returning user_id as "userId", lookup_attempts as attempts`,
    [now, limit, new Date(now.getTime() + leaseMs)],
  );
  return rows;
}

async function applyMetadata(client: Queryable, users: readonly UserMetadata[]): Promise<void> {
  const text = (value: string | null) => (value === null ? null : storableText(value));
  const rows = users.map((user) => ({
    user_id: user.userId,
    age: user.age,
    gender: text(user.gender),
    occupation: text(user.occupation),
    likes: text(user.likes),
    dislikes: text(user.dislikes),
  }));
  await client.query(
    `insert into users as u (user_id, age, gender, occupation, likes, dislikes, metadata_state, lookup_after)
     select distinct on (user_id) d.*, 'known', null::timestamptz
     from jsonb_to_recordset($1::jsonb)
       as d (user_id bigint, age smallint, gender text, occupation text, likes text, dislikes text)
     order by user_id
     on conflict (user_id) do update set
       age = excluded.age, gender = excluded.gender, occupation = excluded.occupation,
       likes = excluded.likes, dislikes = excluded.dislikes,
       metadata_state = 'known', lookup_after = null`,
    [JSON.stringify(rows)],
  );
}
