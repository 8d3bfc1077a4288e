// Lines per second from Kafka to committed rows, in steady state, against COPY of the resulting interactions.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { migrate } from "@canarec/db-utils/migrations";
import { startKafka } from "@canarec/local-cluster/kafka";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { Resources } from "@canarec/service-kit/lifecycle";
import { Kafka, logLevel } from "kafkajs";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { cpuSeconds } from "./ingest-parts/process-cpu.ts";
import { type Audience, minuteLines } from "./ingest-parts/watchers.ts";
import { restrictTo } from "./restrict-to.ts";

const TOPIC = "movielog";
const PARTITIONS = 2;
const COPY_ROUNDS = 3;

interface Options {
  readonly watchers: number;
  readonly movies: number;
  /** Minutes watched before the measurement: these lines insert the rows. */
  readonly warmMinutes: number;
  readonly minutes: number;
}

/**
 * `npm run bench -- ingest [--watchers 60000] [--minutes 10] [--warm-minutes 2] [--movies 3000] [--cores 0,1]`
 *
 * Servers, parser and this process share the given cores. The topic is filled before the parser starts.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      watchers: { type: "string", default: "60000" },
      movies: { type: "string", default: "3000" },
      minutes: { type: "string", default: "10" },
      "warm-minutes": { type: "string", default: "2" },
      cores: { type: "string", default: "0,1" },
    },
  });
  const options: Options = {
    watchers: Number(values.watchers),
    movies: Number(values.movies),
    minutes: Number(values.minutes),
    warmMinutes: Number(values["warm-minutes"]),
  };
  restrictTo(values.cores);
  await using opened = new Resources();
  const home = mkdtempSync(path.join(tmpdir(), "canarec-bench-"));
  opened.defer(() => {
    rmSync(home, { recursive: true, force: true });
  });
  const postgres = opened.use(await startPostgres({ home }));
  const kafka = opened.use(await startKafka({ home }));
  const db = opened.use(await openDatabase(postgres.url));
  await migrate(db);
  const sent = await fill(kafka.url, options);
  say(`${sent.toLocaleString("en")} lines in Kafka; cores ${values.cores}`);
  const ingest = await measureIngest(db, options, {
    databaseUrl: postgres.url,
    brokers: kafka.url,
    postgresPid: postgres.pid,
    kafkaPid: kafka.pid,
  });
  const copy = await measureCopy(db, opened);
  say(`COPY: ${rate(copy)} rows/s of the same interactions (best of ${COPY_ROUNDS})`);
  say(`ratio to COPY: ${((100 * ingest) / copy).toFixed(0)} %`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function rate(value: number): string {
  return Math.round(value).toLocaleString("en");
}

const MESSAGES_PER_SEND = 5_000;

/** Put all lines into the topic, round-robin over its partitions. @returns how many. */
async function fill(brokers: string, options: Options): Promise<number> {
  const client = new Kafka({ clientId: "bench", brokers: [brokers], logLevel: logLevel.ERROR });
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic: TOPIC, numPartitions: PARTITIONS, replicationFactor: 1 }],
    waitForLeaders: true,
  });
  await admin.disconnect();
  const producer = client.producer();
  await producer.connect();
  let sent = 0;
  let messages: { value: string; partition: number }[] = [];
  const flush = async () => {
    await producer.send({ topic: TOPIC, messages, acks: 1 });
    messages = [];
  };
  const audience: Audience = { ...options, startMs: Date.now() - 3_600_000 };
  for (let minute = 0; minute < options.warmMinutes + options.minutes; minute += 1) {
    for (const value of minuteLines(audience, minute)) {
      messages.push({ value, partition: sent % PARTITIONS });
      sent += 1;
      if (messages.length === MESSAGES_PER_SEND) await flush();
    }
  }
  await flush();
  await producer.disconnect();
  return sent;
}

interface Running {
  readonly databaseUrl: string;
  readonly brokers: string;
  readonly postgresPid: number;
  readonly kafkaPid: number;
}

/** @returns lines per second after the warm-up. */
async function measureIngest(db: Database, options: Options, running: Running): Promise<number> {
  const warm = options.watchers * options.warmMinutes;
  const all = options.watchers * (options.warmMinutes + options.minutes);
  const parser = spawn(process.execPath, ["--import", "tsx", "stream-parser/src/main.ts"], {
    cwd: path.resolve(import.meta.dirname, "../.."),
    env: {
      ...process.env,
      DATABASE_URL: running.databaseUrl,
      KAFKA_BROKERS: running.brokers,
      STREAM_TOPIC: TOPIC,
      PORT: "18985",
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const parserPid = parser.pid ?? 0;
  try {
    await untilLines(db, warm, parser);
    const began = await progress(db);
    const cpu = () => [parserPid, running.postgresPid, running.kafkaPid].map(cpuSeconds);
    const cpuBefore = cpu();
    await untilLines(db, all, parser);
    const ended = await progress(db);
    const cpuAfter = cpu();
    const seconds = ended.at - began.at;
    const lines = ended.lines - began.lines;
    say(
      `ingest: ${rate(lines / seconds)} lines/s (${rate(lines)} lines in ${seconds.toFixed(1)} s)`,
    );
    const used = cpuAfter.map((after, index) => (after - (cpuBefore[index] ?? 0)).toFixed(1));
    say(`CPU seconds: parser ${used[0] ?? ""}, Postgres ${used[1] ?? ""}, Kafka ${used[2] ?? ""}`);
    await reportMetrics(all);
    return lines / seconds;
  } finally {
    if (parser.kill("SIGTERM")) await once(parser, "exit");
  }
}

async function reportMetrics(lines: number): Promise<void> {
  const response = await fetch("http://127.0.0.1:18985/metrics");
  const text = await response.text();
  const read = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, "gm"))].reduce(
      (sum, match) => sum + Number(match[1]),
      0,
    );
  const coalesced = read("canarec_stream_coalesced_lines_total");
  const batches = read("canarec_stream_batch_seconds_count");
  say(
    `coalesced: ${((100 * coalesced) / lines).toFixed(1)} % of lines; ${rate(lines / batches)} lines a batch`,
  );
}

/** Written lines, and when. */
async function progress(db: Database): Promise<{ lines: number; at: number }> {
  const { rows } = await db.pool.query<{ lines: number }>(
    "select coalesce(sum(lines_total), 0)::int8 as lines from stream_offsets",
  );
  return { lines: rows[0]?.lines ?? 0, at: performance.now() / 1_000 };
}

async function untilLines(db: Database, lines: number, parser: ChildProcess): Promise<void> {
  while ((await progress(db)).lines < lines) {
    if (parser.exitCode !== null) throw new Error("the parser ended");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Load the interactions of `db` into the same tables of a fresh database. @returns rows per second. */
async function measureCopy(db: Database, opened: Resources): Promise<number> {
  await db.pool.query("create database bench_copy");
  const target = opened.use(await openDatabase(copyUrl(db)));
  await migrate(target);
  for (const table of ["users", "movies"]) await transfer(db, target, table);
  const data = await copied(db, "interactions");
  const rows = data.toString().split("\n").length - 1;
  let best = 0;
  for (let round = 0; round < COPY_ROUNDS; round += 1) {
    await target.pool.query("truncate interactions");
    const began = performance.now();
    await load(target, "interactions", data);
    best = Math.max(best, rows / ((performance.now() - began) / 1_000));
  }
  return best;
}

function copyUrl(db: Database): string {
  const url = new URL(String(db.pool.options.connectionString));
  url.pathname = "/bench_copy";
  return url.href;
}

async function transfer(from: Database, to: Database, table: string): Promise<void> {
  await load(to, table, await copied(from, table));
}

async function copied(db: Database, table: string): Promise<Buffer> {
  const client = await db.pool.connect();
  const chunks: Buffer[] = [];
  try {
    const stream = client.query(copyTo(`copy (select * from ${table}) to stdout`));
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } finally {
    client.release();
  }
  return Buffer.concat(chunks);
}

async function load(db: Database, table: string, data: Buffer): Promise<void> {
  const client = await db.pool.connect();
  try {
    const chunks = Array.from({ length: Math.ceil(data.length / 65_536) }, (_, index) =>
      data.subarray(index * 65_536, (index + 1) * 65_536),
    );
    await pipeline(Readable.from(chunks), client.query(copyFrom(`copy ${table} from stdin`)));
  } finally {
    client.release();
  }
}
