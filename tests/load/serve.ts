import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { migrate } from "@canarec/db-utils/migrations";
import { DEFAULT_RANKING } from "@canarec/inference/bundle/codec/index";
import { TEXT_VERSION } from "@canarec/inference/embedding/movie-text";
import { COLLECTION } from "@canarec/inference/embedding/movie-vectors";
import { startKafka } from "@canarec/local-cluster/kafka";
import { freePort } from "@canarec/local-cluster/port";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { Resources } from "@canarec/service-kit/lifecycle";
import { buildBundle } from "@canarec/vectordb-scripts/bundle/build-bundle";
import { Kafka, logLevel } from "kafkajs";
import {
  type Generator,
  type Load,
  type Measured,
  openGenerator,
} from "./serve-parts/generator.ts";
import { restrictTo } from "./restrict-to.ts";
import { Latencies } from "./serve-parts/latencies.ts";
import { WATCHED, insertPeople } from "./serve-parts/people.ts";
import { startService } from "./serve-parts/processes.ts";
import { storeLearnedBundle } from "./serve-parts/store-learned-bundle.ts";
import { sampleStaleness } from "./serve-parts/staleness.ts";
import { type Stream, openStream } from "./serve-parts/stream.ts";

const TOPIC = "movielog";
const EXPOSURE_TOPIC = "canarec-exposures";
const REPLICAS = 2;
const DEADLINE_MS = 600;

interface Options {
  readonly movies: number;
  readonly users: number;
  readonly coldUsers: number;
  readonly linesPerSecond: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly soakSeconds: number;
  /** With every model, rather than neighbours alone. */
  readonly learned: boolean;
}

/**
 * Answers through load balancer and two replicas while the stream runs: users that a replica knows,
 * users never asked for, latencies at 70 % of both and at 200/s, a soak, how old lists are, and
 * beside it a constant answer through the same load balancer. Everything on two cores, the generator
 * too.
 *
 *   npm run bench -- serve [--short] [--cores 0,1] [--movies N] [--users N] [--rate LINES] [--soak-seconds N] [--learned]
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: "boolean", default: false },
      cores: { type: "string", default: "0,1" },
      movies: { type: "string", default: "27000" },
      users: { type: "string", default: "20000" },
      rate: { type: "string", default: "1000" },
      "soak-seconds": { type: "string" },
      learned: { type: "boolean", default: false },
    },
  });
  const seconds = values.short ? 5 : 15;
  const options: Options = {
    movies: Number(values.movies),
    users: Number(values.users),
    coldUsers: seconds * 2_500,
    linesPerSecond: Number(values.rate),
    seconds,
    soakSeconds: Number(values["soak-seconds"] ?? (values.short ? 10 : 300)),
    learned: values.learned,
  };
  if (values.cores !== "") {
    restrictTo(values.cores);
    say(`on cores ${values.cores}`);
  }
  await using opened = new Resources();
  const home = mkdtempSync(path.join(tmpdir(), "canarec-serve-"));
  opened.defer(() => rmSync(home, { recursive: true, force: true }));
  const { url, database, brokers } = await startSystem(options, home, opened);
  const stream = opened.use(
    await openStream({
      brokers,
      topic: TOPIC,
      linesPerSecond: options.linesPerSecond,
      users: options.users,
      movies: options.movies,
    }),
  );
  const generator = opened.use(openGenerator(url));
  await measureUsers(generator, { options, database, stream, url });
  await measureConstant(options, home, brokers);
}

async function startSystem(options: Options, home: string, opened: Resources) {
  const [postgres, kafka] = await Promise.all([startPostgres({ home }), startKafka({ home })]);
  opened.use(postgres);
  opened.use(kafka);
  const database = opened.use(await openDatabase(postgres.url));
  await migrate(database);
  const brokers = kafka.url.split(",");
  await createTopics(brokers);
  const users = options.users + options.coldUsers;
  say(`writing ${options.movies} movies, ${users} users with ${WATCHED} watched movies each`);
  await insertPeople(database, { movies: options.movies, users });
  const model = { collection: COLLECTION, textVersion: TEXT_VERSION, modelVersion: "int8" };
  const input = { ...model, ranking: DEFAULT_RANKING, streamTopic: TOPIC };
  if (options.learned) await storeLearnedBundle(database, input);
  else await buildBundle({ database, ...input });
  const shared = {
    DATABASE_URL: postgres.url,
    KAFKA_BROKERS: kafka.url,
    CHROMA_URL: "http://127.0.0.1:9", // nobody: answers must not need it
    CANAREC_HOME: home,
  };
  const parserPort = await freePort();
  opened.use(
    await startService(
      "stream-parser/src/main.ts",
      { ...shared, PORT: String(parserPort) },
      `http://127.0.0.1:${parserPort}/readyz`,
    ),
  );
  const replicas: string[] = [];
  for (let i = 0; i < REPLICAS; i += 1) {
    const port = await freePort();
    const replica = `http://127.0.0.1:${port}`;
    const startMs = performance.now();
    const env = { ...shared, PORT: String(port) };
    opened.use(await startService("inference/src/main.ts", env, `${replica}/readyz`));
    say(`replica ${i + 1} ready after ${((performance.now() - startMs) / 1_000).toFixed(1)} s`);
    replicas.push(replica);
  }
  const url = await startBalancer(opened, { ...shared, REPLICA_URLS: replicas.join(",") });
  return { url, database, brokers };
}

async function startBalancer(
  opened: Resources,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const all = { ...env, PORT: String(port), ADMIN_PORT: String(adminPort) };
  const readyUrl = `http://127.0.0.1:${adminPort}/readyz`;
  opened.use(await startService("load-balancer/src/main.ts", all, readyUrl));
  return `http://127.0.0.1:${port}`;
}

interface Measuring {
  readonly options: Options;
  readonly database: Database;
  readonly stream: Stream;
  readonly url: string;
}

async function measureUsers(generator: Generator, measuring: Measuring): Promise<void> {
  const { options } = measuring;
  const { users, seconds } = options;
  const warm = () => 1 + Math.floor(Math.random() * users);
  const cold = each(users + 1, users + options.coldUsers);
  say("warming: each known user twice, so that both replicas have most of them");
  await generator.closed({ seconds: 120, connections: 32, nextUser: each(1, users, 2) });
  const known = await peak(generator, { seconds, nextUser: warm });
  report("users that a replica knows, at most", known);
  const never = await peak(generator, { seconds: seconds / 2, nextUser: cold });
  report("users never asked for, at most", never);
  const at = async (what: string, perSecond: number, nextUser: Load["nextUser"]) => {
    const measured = await generator.open({ seconds, nextUser, perSecond });
    report(`${what} at ${perSecond.toFixed(0)}/s`, measured);
  };
  await at("known users, 70 %,", 0.7 * known.perSecond, warm);
  await at("users never asked for, 70 %,", 0.7 * never.perSecond, cold);
  await at("known users", 200, warm);
  await soak(generator, measuring, { perSecond: 0.5 * known.perSecond, nextUser: warm });
}

async function soak(
  generator: Generator,
  { options, database, stream, url }: Measuring,
  { perSecond, nextUser }: { readonly perSecond: number; readonly nextUser: Load["nextUser"] },
): Promise<void> {
  const stop = new AbortController();
  const sampled = Array.from({ length: 50 }, (_, i) => 1 + i * Math.floor(options.users / 50));
  const staleness = sampleStaleness({ url, database, stream, signal: stop.signal, users: sampled });
  const soaked = await generator.open({ seconds: options.soakSeconds, nextUser, perSecond });
  stop.abort();
  report(`soak of ${options.soakSeconds} s at ${perSecond.toFixed(0)}/s`, soaked);
  say(`  over ${DEADLINE_MS} ms: ${soaked.latencies.over(DEADLINE_MS)}`);
  const { delaysMs, violations } = await staleness;
  const delays = new Latencies();
  for (const ms of delaysMs) delays.add(ms);
  say(
    `events shown after their commit: ${delays.count} sampled, p50 ${delays.percentile(0.5).toFixed(0)} ms, ` +
      `max ${delays.percentile(1).toFixed(0)} ms; later than 1 s: ${violations}`,
  );
  const { rows } = await database.pool.query<{ lines: number }>(
    "select coalesce(sum(lines_total), 0) as lines from stream_offsets where topic = $1",
    [TOPIC],
  );
  say(`stream: ${stream.sent()} lines sent, ${rows[0]?.lines ?? 0} written`);
}

/** The best of three loads of different width. */
async function peak(generator: Generator, load: Load): Promise<Measured> {
  const found: Measured[] = [];
  for (const connections of [16, 32, 64]) {
    found.push(await generator.closed({ ...load, seconds: load.seconds / 3, connections }));
  }
  return found.reduce((best, one) => (one.perSecond > best.perSecond ? one : best));
}

async function measureConstant(
  options: Options,
  home: string,
  brokers: readonly string[],
): Promise<void> {
  await using opened = new Resources();
  const port = await freePort();
  const replica = `http://127.0.0.1:${port}`;
  const program = "tests/load/serve-parts/constant-replica.ts";
  opened.use(await startService(program, { PORT: String(port) }, `${replica}/readyz`));
  const env = { KAFKA_BROKERS: brokers.join(","), CANAREC_HOME: path.join(home, "constant") };
  const url = await startBalancer(opened, { ...env, REPLICA_URLS: replica });
  const generator = opened.use(openGenerator(url));
  const nextUser = () => 1 + Math.floor(Math.random() * options.users);
  const constant = await peak(generator, { seconds: options.seconds, nextUser });
  report("a constant answer through the load balancer, at most", constant);
}

/** Users first … last, each once a round. */
function each(first: number, last: number, rounds = 1): () => number | undefined {
  let next = first;
  let left = rounds;
  return () => {
    if (next > last) {
      left -= 1;
      next = first;
    }
    return left > 0 ? next++ : undefined;
  };
}

async function createTopics(brokers: string[]): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.ERROR }).admin();
  await admin.connect();
  await admin.createTopics({
    topics: [TOPIC, EXPOSURE_TOPIC].map((topic) => ({ topic, numPartitions: 2 })),
    waitForLeaders: true,
  });
  await admin.disconnect();
}

function report(what: string, { perSecond, latencies }: Measured): void {
  say(`${what}: ${perSecond.toFixed(0)}/s, ${latencies.toString()}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
