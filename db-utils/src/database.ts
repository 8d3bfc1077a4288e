import { type NodePgDatabase, drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import { type Backoff, backoffMs } from "@canarec/service-kit/backoff";
import { ServiceError } from "@canarec/service-kit/errors";
import { connectionAddress } from "./connection-address.ts";
import { connectError, isConnectionFailure, isRetryable } from "./connection-errors.ts";
import { rowTypes } from "./row-types.ts";
import { requireVersion } from "./server-version.ts";
import * as schema from "./schema/index.ts";

const DEFAULT_MAX_CONNECTIONS = 10;
const DEFAULT_STATEMENT_TIMEOUT_MS = 30_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
/** The server ends a statement first; past this the connection itself must be dead. */
const ANSWER_GRACE_MS = 1_000;
/** A transaction that idles longer belongs to a client that hangs; its locks must go. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;
const DEFAULT_RETRIES = 5;
const RETRY_BACKOFF: Backoff = { baseMs: 10, maxMs: 500 };

export interface DatabaseOptions {
  /** Most connections at once. Default 10. */
  readonly max?: number | undefined;
  /** The server ends a statement that runs longer. Default 30 s; 0: never. */
  readonly statementTimeoutMs?: number | undefined;
  /** To open a connection, or to wait for a free one. Default 5 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** Shown in pg_stat_activity. Default "canarec". */
  readonly applicationName?: string | undefined;
  /** Hears of a connection lost while idle. The pool replaces it; nothing else is to be done. */
  readonly onIdleError?: ((error: Error) => void) | undefined;
}

export type Orm = NodePgDatabase<typeof schema>;

/** One transaction on one connection. */
export interface Transaction {
  readonly client: pg.PoolClient;
  readonly orm: Orm;
}

export interface TransactionOptions {
  /** Default "read committed". */
  readonly isolation?: "read committed" | "repeatable read" | "serializable" | undefined;
  /** Runs after the first that a conflict or deadlock may cause. Default 5. */
  readonly retries?: number | undefined;
}

export interface Database extends AsyncDisposable {
  readonly pool: pg.Pool;
  readonly orm: Orm;
  /** Host, port and database, for messages. */
  readonly address: string;
  /**
   * Run `work` in a transaction and commit it. Runs it again, after a jittered wait, when the server ended it for a
   * serialization failure (40001) or a deadlock (40P01): `work` must have no effect outside the transaction.
   */
  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>;
}

/**
 * Open a pool of connections and prove that it works.
 *
 * @throws ServiceError "invalid_argument" (no Postgres URL), "unauthenticated" (user or password), "unavailable" (nobody
 * answers), "failed_precondition" (no such database, or older than Postgres 18). One line, without secrets.
 */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Database> {
  const address = connectionAddress(url);
  const pool = new pg.Pool(poolConfig(url, options));
  pool.on("error", (error) => options.onIdleError?.(error));
  try {
    await requireVersion(pool, address);
  } catch (thrown) {
    await pool.end();
    throw thrown instanceof ServiceError ? thrown : connectError(thrown, address);
  }
  return {
    pool,
    orm: drizzle(pool, { schema }),
    address,
    transaction: (work, transactionOptions) => transact(pool, work, transactionOptions),
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

function poolConfig(url: string, options: DatabaseOptions): pg.PoolConfig {
  const statementTimeoutMs = options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS;
  return {
    connectionString: url,
    max: options.max ?? DEFAULT_MAX_CONNECTIONS,
    connectionTimeoutMillis: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    application_name: options.applicationName ?? "canarec",
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    types: rowTypes,
    ...(statementTimeoutMs > 0 && {
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
    }),
  };
}

async function transact<T>(
  pool: pg.Pool,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const retries = options.retries ?? DEFAULT_RETRIES;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await attemptTransaction(pool, work, options.isolation ?? "read committed");
    } catch (thrown) {
      if (attempt >= retries || !isRetryable(thrown)) throw thrown;
    }
    await sleep(backoffMs(attempt, RETRY_BACKOFF, Math.random));
  }
}

async function attemptTransaction<T>(
  pool: pg.Pool,
  work: (transaction: Transaction) => Promise<T>,
  isolation: string,
): Promise<T> {
  const client = await pool.connect();
  let failure: unknown;
  // A connection that is lost between two queries says so as an event, and would else end the process.
  const onError = (error: Error) => (failure ??= error);
  client.on("error", onError);
  try {
    await client.query(`begin isolation level ${isolation}`);
    const result = await work({ client, orm: drizzle(client, { schema }) });
    await client.query("commit");
    return result;
  } catch (thrown) {
    failure ??= isConnectionFailure(thrown) ? thrown : await rollback(client);
    throw thrown;
  } finally {
    client.off("error", onError);
    client.release(failure !== undefined);
  }
}

/** @returns why the connection cannot be used again; undefined when it can. */
async function rollback(client: pg.PoolClient): Promise<unknown> {
  try {
    await client.query("rollback");
    return undefined;
  } catch (failure) {
    return failure;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
