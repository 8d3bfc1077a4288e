import { type Database, openDatabase } from "@canarec/db-utils/database";
import { migrate } from "@canarec/db-utils/migrations";
import { startKafka } from "@canarec/local-cluster/kafka";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { createLogger } from "@canarec/service-kit/logging";
import { startStreamParser } from "@canarec/stream-parser/compose";
import { streamParserConfig } from "@canarec/stream-parser/config";
import { Kafka, type Producer, logLevel } from "kafkajs";
import { describe, expect, it } from "vitest";
import { emptyDatabase, sharedServers, temporaryFolder } from "../../servers.ts";
import { openWorld, until, untilWritten } from "./harness.ts";
import { mixedLines } from "./lines.ts";

const OUTAGE_MS = 10_000;

describe("stream-parser, left alone,", () => {
  it("waits for a Postgres stopped for 10 s under load, and loses nothing", async () => {
    await using world = await openWorld(1);
    using folder = temporaryFolder();
    const home = folder.path;
    const first = await startPostgres({ home });
    {
      await using db = await openDatabase(first.url);
      await migrate(db);
    }
    const logged: Record<string, unknown>[] = [];
    const env = { ...environment(world), DATABASE_URL: first.url };
    await using parser = await startStreamParser(streamParserConfig(env), loggerInto(logged));
    const lines = mixedLines(6_000, 9);
    const sending = sendSlowly(lines, (part) => world.send(part));
    await untilReadiness(parser.url, 200);
    await first.stop();
    await untilReadiness(parser.url, 503);
    expect(await readiness(parser.url)).toMatchObject({
      ready: false,
      reason: expect.stringContaining("postgres") as string,
    });
    const metrics = await (await fetch(`${parser.url}/metrics`)).text();
    expect(metrics).toMatch(/canarec_stream_troubles\{.*trouble="postgres".*\} 1/);
    await pauseFor(OUTAGE_MS);
    await using second = await startPostgres({ home, port: first.port });
    await untilReadiness(parser.url, 200);
    await sending;
    await using db = await openDatabase(second.url);
    await untilWritten({ db, topic: world.topic }, { 0: lines.length });
    expect(await linesTotal(db, world.topic)).toBe(lines.length);
    expect(warnings(logged), JSON.stringify(logged)).toHaveLength(1);
  });

  it("waits for a Kafka stopped for 10 s, and loses nothing", async () => {
    await using world = await openWorld(1);
    using folder = temporaryFolder();
    const home = folder.path;
    const cacheDir = process.env["CANAREC_CACHE"];
    const first = await startKafka({ home, cacheDir });
    const lines = mixedLines(2_000, 10);
    await withProducer(first.url, async (producer) => {
      await makeTopic(first.url, world.topic);
      await sendTo(producer, world.topic, lines.slice(0, 1_000));
    });
    const logged: Record<string, unknown>[] = [];
    const env = { ...environment(world), KAFKA_BROKERS: first.url };
    await using parser = await startStreamParser(streamParserConfig(env), loggerInto(logged));
    await untilWritten(world, { 0: 1_000 });
    await untilReadiness(parser.url, 200);
    await first.stop();
    await until("it says so", async () =>
      JSON.stringify(await readiness(parser.url)).includes("kafka"),
    );
    await pauseFor(OUTAGE_MS);
    await using second = await startKafka({ home, port: first.port, cacheDir });
    expect(second.port).toBe(first.port);
    await withProducer(second.url, (producer) => sendTo(producer, world.topic, lines.slice(1_000)));
    await untilWritten(world, { 0: 2_000 });
    await untilReadiness(parser.url, 200);
    expect(await linesTotal(world.db, world.topic)).toBe(2_000);
    expect(warnings(logged), JSON.stringify(logged)).toHaveLength(1);
  });

  it("waits for a topic that is not there yet", async () => {
    await using world = await openWorld(1);
    const topic = `${world.topic}-late`;
    const parser = await world.startParser({ STREAM_TOPIC: topic });
    await until("it says so", async () =>
      JSON.stringify(await readiness(parser.url)).includes(`topic ${topic}`),
    );
    const brokers = sharedServers().brokers.join(",");
    await makeTopic(brokers, topic);
    await withProducer(brokers, (producer) => sendTo(producer, topic, mixedLines(10, 11)));
    await untilWritten({ db: world.db, topic }, { 0: 10 });
    await untilReadiness(parser.url, 200);
    expect(warnings(world.logged), JSON.stringify(world.logged)).toHaveLength(1);
  });

  it("refuses to start on a database without its migrations, or none, in one line", async () => {
    await using world = await openWorld(1);
    const wrong = new URL(world.databaseUrl);
    wrong.pathname = "/no_such_database";
    await expect(world.startParser({ DATABASE_URL: wrong.href })).rejects.toThrow(
      /no such database/,
    );
    await using empty = await emptyDatabase();
    await expect(world.startParser({ DATABASE_URL: empty.url })).rejects.toThrow(
      /lacks the migrations/,
    );
  });
});

function environment(world: { databaseUrl: string; topic: string; exposureTopic: string }) {
  return {
    DATABASE_URL: world.databaseUrl,
    KAFKA_BROKERS: sharedServers().brokers.join(","),
    STREAM_TOPIC: world.topic,
    EXPOSURE_TOPIC: world.exposureTopic,
    PORT: "0",
    STREAM_GROUP: `group-${world.topic}`,
  };
}

function loggerInto(logged: Record<string, unknown>[]) {
  return createLogger("stream-parser", "info", {
    write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>),
  });
}

/** Lines of level warn and above. */
function warnings(logged: readonly Record<string, unknown>[]) {
  return logged.filter(({ level }) => Number(level) >= 40);
}

async function readiness(url: string): Promise<unknown> {
  return (await fetch(`${url}/readyz`)).json();
}

async function untilReadiness(url: string, status: number): Promise<void> {
  await until(
    `/readyz answers ${status}`,
    async () => (await fetch(`${url}/readyz`)).status === status,
  );
}

async function linesTotal(db: Database, topic: string): Promise<number | undefined> {
  const { rows } = await db.pool.query<{ sum: number }>(
    "select sum(lines_total)::int8 as sum from stream_offsets where topic = $1",
    [topic],
  );
  return rows[0]?.sum;
}

async function sendSlowly(
  lines: readonly string[],
  send: (part: readonly string[]) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < lines.length; from += 50) {
    await send(lines.slice(from, from + 50));
    await pauseFor(100);
  }
}

async function makeTopic(brokers: string, topic: string): Promise<void> {
  const admin = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic, numPartitions: 1, replicationFactor: 1 }],
    waitForLeaders: false,
  });
  await until("the topic has its leaders", () =>
    admin.fetchTopicOffsets(topic).then(
      () => true,
      () => false,
    ),
  );
  await admin.disconnect();
}

async function withProducer(
  brokers: string,
  use: (producer: Producer) => Promise<void>,
): Promise<void> {
  const producer = new Kafka({
    brokers: brokers.split(","),
    logLevel: logLevel.NOTHING,
  }).producer();
  await producer.connect();
  await use(producer);
  await producer.disconnect();
}

async function sendTo(producer: Producer, topic: string, lines: readonly string[]): Promise<void> {
  await producer.send({ topic, messages: lines.map((value) => ({ value, partition: 0 })) });
}

function pauseFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
