import { createHash } from "node:crypto";
import pg from "pg";
import { ServiceError } from "@canarec/service-kit/errors";
import { type Database, openDatabase } from "../database.ts";
import { openSession } from "../session.ts";

/** Any constant: it only has to be the same for everybody who makes a scratch database beside one, and no other lock's. */
const SCRATCH_LOCK = 7_226_004;

/** A database of its own on the server of another one; gone when disposed. */
export interface ScratchDatabase extends AsyncDisposable {
  readonly database: Database;
}

/**
 * Make an empty database beside `db`, one at a time; what a run that was killed has left is dropped first. `db`'s user
 * must be allowed to create databases.
 *
 * @throws ServiceError "failed_precondition" where another one is in use, or the user is not allowed to.
 */
export async function openScratchDatabase(db: Database): Promise<ScratchDatabase> {
  const url = new URL(db.pool.options.connectionString ?? "");
  const name = scratchName(decodeURIComponent(url.pathname.slice(1)));
  const session = await openSession(db, "canarec scratch database"); // with its connection goes the lock
  const { client } = session;
  const drop = () => client.query(`drop database if exists ${name} with (force)`);
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      "select pg_try_advisory_lock($1) as locked",
      [SCRATCH_LOCK],
    );
    if (rows[0]?.locked !== true) {
      throw new ServiceError(
        "failed_precondition",
        `another backup of ${db.address} is being verified`,
      );
    }
    await drop();
    await createDatabase(client, name);
    url.pathname = `/${name}`;
    const database = await openDatabase(url.href, { statementTimeoutMs: 0, max: 4 });
    return {
      database,
      async [Symbol.asyncDispose]() {
        try {
          await database[Symbol.asyncDispose]();
          await drop();
        } finally {
          await session[Symbol.asyncDispose]();
        }
      },
    };
  } catch (failure) {
    await session[Symbol.asyncDispose]();
    throw failure;
  }
}

/** Of the name, which may have any length. */
function scratchName(database: string): string {
  const hash = createHash("sha256").update(database).digest("hex").slice(0, 16);
  return `canarec_scratch_${hash}`;
}

const INSUFFICIENT_PRIVILEGE = "42501";

async function createDatabase(client: pg.ClientBase, name: string): Promise<void> {
  try {
    await client.query(`create database ${name} template template0`);
  } catch (failure) {
    if (!(failure instanceof pg.DatabaseError) || failure.code !== INSUFFICIENT_PRIVILEGE) {
      throw failure;
    }
    throw new ServiceError(
      "failed_precondition",
      "the database's user may not create databases, which verifying a backup needs: alter role … createdb",
      { cause: failure },
    );
  }
}
