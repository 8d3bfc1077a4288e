import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openDatabase } from "@canarec/db-utils/database";
import { createLogger } from "@canarec/service-kit/logging";
import type { Simulator } from "@canarec/simulator/compose";
import { type SimulatorConfig, simulatorConfig } from "@canarec/simulator/config";
import { sampleMovies } from "@canarec/simulator/world/sample-movies";
import type { StreamEvent } from "@canarec/stream-parser/contract/event";
import { DEFAULT_LIMITS, parseLine } from "@canarec/stream-parser/parsing";
import { Kafka, logLevel } from "kafkajs";
import { expect } from "vitest";
import { type FreshDatabase, freshDatabase, sharedServers } from "../../servers.ts";

/** The catalogue of every platform here. */
export const MOVIES = sampleMovies(300);
export const log = createLogger("test", "silent");

/** A database with the catalogue in it. */
export async function databaseWithMovies(): Promise<FreshDatabase> {
  const database = await freshDatabase();
  await insertMovies(database.url);
  return database;
}

/** Fill a database, with a movie of the stream alone beside the catalogue. */
export async function insertMovies(url: string): Promise<void> {
  await using db = await openDatabase(url);
  await db.pool.query(
    `insert into movies (movie_id, title, year, runtime_minutes, source, metadata_state)
     select * from unnest($1::text[], $2::text[], $3::int[], $4::int[]), (values ('demo', 'known')) as state`,
    [
      MOVIES.map((movie) => movie.movieId),
      MOVIES.map((movie) => movie.title),
      MOVIES.map((movie) => movie.year),
      MOVIES.map((movie) => movie.runtimeMinutes),
    ],
  );
  await db.pool.query(
    "insert into movies (movie_id, source) values ('made+up', 'stream') on conflict do nothing",
  );
  await db.pool.query("insert into genres (name) select distinct unnest($1::text[])", [
    MOVIES.flatMap((movie) => movie.genres),
  ]);
  await db.pool.query(
    `insert into movie_genres (movie_key, genre_key, position)
     select movie_key, genre_key, 0 from unnest($1::text[], $2::text[]) as g (id, genre)
       join movies on movie_id = id join genres on name = genre`,
    [MOVIES.map((movie) => movie.movieId), MOVIES.map((movie) => movie.genres[0])],
  );
}

/** @param changes to a small, fast world of 200 lines a second. */
export function configOf(
  database: FreshDatabase,
  changes: Record<string, string>,
): SimulatorConfig {
  const { brokers } = sharedServers();
  const env = {
    DATABASE_URL: database.url,
    KAFKA_BROKERS: brokers.join(","),
    RECOMMEND_URL: "http://127.0.0.1:9",
    RATE: "200",
    DAILY_SWING: "0",
    PORT: "0",
    ...changes,
  };
  return simulatorConfig(env);
}

/** Answers the first movies, but lets every second user wait for too long. */
export async function startRecommender(): Promise<AsyncDisposable & { url: string }> {
  const list = MOVIES.slice(0, 20).map((movie) => movie.movieId);
  const server: Server = createServer((req, res) => {
    const userId = Number(req.url?.split("/").at(-1));
    const delayMs = userId % 2 === 0 ? 1_000 : 0;
    setTimeout(() => res.end(list.join(",")), delayMs);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Every message of a topic that arrives until `enough`. */
export async function readTopic(
  topic: string,
  brokers: string[],
  enough: (values: readonly Buffer[]) => boolean,
): Promise<Buffer[]> {
  const kafka = new Kafka({ clientId: "tests", brokers, logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `${topic}-reader` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: Buffer[] = [];
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (message.value) values.push(message.value);
    },
  });
  await expect.poll(() => enough(values), { timeout: 60_000 }).toBe(true);
  await consumer.disconnect();
  return values;
}

/** As the stream parser does. */
export const parse = (value: Buffer) => parseLine(value, Date.now(), DEFAULT_LIMITS);
/** What the parser accepts. */
export const events = (values: readonly Buffer[]): StreamEvent[] =>
  values.map(parse).filter((parsed): parsed is StreamEvent => parsed.kind !== "rejected");

/** Wait until it serves. */
export async function ready(simulator: Simulator): Promise<void> {
  await expect
    .poll(async () => (await fetch(`${simulator.url}/readyz`)).status, { timeout: 30_000 })
    .toBe(200);
}

/** Sum of the metric lines of a pattern. */
export async function metric(simulator: Simulator, line: RegExp): Promise<number> {
  const text = await (await fetch(`${simulator.url}/metrics`)).text();
  return text
    .split("\n")
    .filter((candidate) => line.test(candidate))
    .reduce((sum, candidate) => sum + Number(candidate.split(" ").at(-1)), 0);
}
