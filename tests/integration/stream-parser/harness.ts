import { type Database, openDatabase } from "@canarec/db-utils/database";
import { Resources } from "@canarec/service-kit/lifecycle";
import { type Logger, createLogger } from "@canarec/service-kit/logging";
import { startStreamParser } from "@canarec/stream-parser/compose";
import { type StreamParserConfig, streamParserConfig } from "@canarec/stream-parser/config";
import { Kafka, type Message, logLevel } from "kafkajs";
import { freshDatabase, freshTopic } from "../../servers.ts";

/** A moment at which the tests' lines are sent. */
export const SENT_AT = Date.now();

export interface World extends AsyncDisposable {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly topic: string;
  readonly exposureTopic: string;
  readonly brokers: readonly string[];
  /** Everything logged, one object a line. */
  readonly logged: Record<string, unknown>[];
  readonly log: Logger;
  config(changes?: Partial<Record<string, string>>): StreamParserConfig;
  /** Start a parser; it is stopped with the world if not before. */
  startParser(changes?: Partial<Record<string, string>>): ReturnType<typeof startStreamParser>;
  /** Send values to a partition, in order, in one go. */
  send(values: readonly (string | Buffer | null)[], partition?: number): Promise<void>;
}

/** A broker takes a megabyte in one request. */
const VALUES_PER_SEND = 5_000;

/** A database, a topic and whatever runs on them, of one test. */
export async function openWorld(partitions = 2): Promise<World> {
  await using opened = new Resources();
  const database = opened.use(await freshDatabase());
  const { topic, brokers } = opened.use(await freshTopic(partitions));
  const exposures = opened.use(await freshTopic(1));
  const db = opened.use(await openDatabase(database.url));
  const producer = new Kafka({ clientId: "tests", brokers, logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  opened.defer(() => producer.disconnect());
  const logged: Record<string, unknown>[] = [];
  const log = createLogger("stream-parser", "info", {
    write: (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>),
  });
  const config = (changes: Partial<Record<string, string>> = {}) =>
    streamParserConfig({
      DATABASE_URL: database.url,
      KAFKA_BROKERS: brokers.join(","),
      STREAM_TOPIC: topic,
      EXPOSURE_TOPIC: exposures.topic,
      STREAM_GROUP: `group-${topic}`,
      PORT: "0",
      ...changes,
    });
  const world = {
    db,
    databaseUrl: database.url,
    topic,
    exposureTopic: exposures.topic,
    brokers,
    logged,
    log,
    config,
    startParser: async (changes?: Partial<Record<string, string>>) =>
      opened.use(onceDisposed(await startStreamParser(config(changes), log))),
    async send(values: readonly (string | Buffer | null)[], partition = 0) {
      for (let from = 0; from < values.length; from += VALUES_PER_SEND) {
        const messages: Message[] = values
          .slice(from, from + VALUES_PER_SEND)
          .map((value) => ({ value, partition, timestamp: String(SENT_AT) }));
        await producer.send({ topic, messages });
      }
    },
  };
  const owned = opened.move();
  return Object.assign(world, { [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() });
}

const POLL_MS = 50;

/** Wait until a condition holds. @throws after a minute. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  limitMs = 60_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Wait until so many offsets of each partition are written. */
export async function untilWritten(
  world: Pick<World, "db" | "topic">,
  next: Readonly<Record<number, number>>,
  limitMs?: number,
): Promise<void> {
  await until(
    `offsets ${JSON.stringify(next)} are written`,
    async () => {
      const { rows } = await world.db.pool.query<{ partition: number; next_offset: number }>(
        "select partition, next_offset from stream_offsets where topic = $1",
        [world.topic],
      );
      return Object.entries(next).every(([partition, offset]) =>
        rows.some((row) => row.partition === Number(partition) && row.next_offset >= offset),
      );
    },
    limitMs,
  );
}

function onceDisposed<T extends AsyncDisposable>(resource: T): T {
  const dispose = resource[Symbol.asyncDispose].bind(resource);
  let disposed: PromiseLike<void> | undefined;
  return Object.assign(resource, { [Symbol.asyncDispose]: () => (disposed ??= dispose()) });
}
