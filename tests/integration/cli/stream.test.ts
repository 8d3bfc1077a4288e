import { writeFileSync } from "node:fs";
import path from "node:path";
import { startStreamParser } from "@canarec/stream-parser/compose";
import { streamParserConfig } from "@canarec/stream-parser/config";
import { openDatabase } from "@canarec/db-utils/database";
import { Resources } from "@canarec/service-kit/lifecycle";
import { createLogger } from "@canarec/service-kit/logging";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FreshTopic,
  type TemporaryFolder,
  freshDatabase,
  freshTopic,
  temporaryFolder,
} from "../../servers.ts";
import { canarec, canarecJson } from "./called-canarec.ts";

const opened = new Resources();
let folder: TemporaryFolder;
let stream: FreshTopic;
let databaseUrl: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  stream = opened.use(await freshTopic(2));
  databaseUrl = opened.use(await freshDatabase()).url;
  env = {
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: stream.brokers.join(","),
    STREAM_TOPIC: stream.topic,
  };
});
afterAll(() => opened[Symbol.asyncDispose]());

const write = (name: string, content: string | Buffer) => {
  writeFileSync(path.join(folder.path, name), content);
  return name;
};
const run = () => ({ env, folder: folder.path });

/** Everything on the topic, by partition, in order. */
async function messages(count: number): Promise<Buffer[][]> {
  const kafka = new Kafka({
    clientId: "tests",
    brokers: stream.brokers,
    logLevel: logLevel.NOTHING,
  });
  const consumer = kafka.consumer({ groupId: `reader-${stream.topic}` });
  await consumer.connect();
  await consumer.subscribe({ topic: stream.topic, fromBeginning: true });
  const found: Buffer[][] = [[], []];
  let read = 0;
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ partition, message }) => {
          found[partition]?.push(message.value ?? Buffer.alloc(0));
          read += 1;
          if (read === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return found;
}

const LINES = [
  Buffer.from("2024-02-27T18:45:18,2,GET /data/m/alien+1979/0.mpg"),
  Buffer.from("2024-02-27T18:46,2,GET /data/m/alien+1979/1.mpg"),
  Buffer.from("2024-02-27T18:45:19,3,GET /rate/alien+1979=4\r"),
  Buffer.concat([Buffer.from("2024-02-27T18:45:20,3,GET /data/m/"), Buffer.from([0xff, 0x00])]),
  Buffer.from("2024-11-1 4T12:23:14,2,GET /data/m/alien+1979/2.mpg"),
  Buffer.from("2024-02-27T18:47:00.198,2,GET /data/m/alien+1979/2.mpg"),
];

describe("canarec stream", () => {
  it("sends lines byte for byte, those of a user in order to one partition", async () => {
    const name = write(
      "lines.txt",
      Buffer.concat(LINES.flatMap((line) => [line, Buffer.from("\n")])),
    );
    const result = await canarecJson(["stream", "replay", name, "--damaged", "--no-wait"], run());
    expect(result).toEqual({
      format: "lines",
      sent: 6,
      skipped: 0,
      committed: false,
      seconds: expect.any(Number) as number,
      linesPerSecond: expect.any(Number) as number,
    });
    const at = (...places: number[]) => places.map((place) => LINES[place]);
    expect(await messages(6)).toEqual([at(0, 1, 4, 5), at(2, 3)]);
  });

  it("tells what waits while no parser runs", async () => {
    expect(await canarecJson(["stream", "status", "--seconds", "0.1"], run())).toMatchObject({
      topic: stream.topic,
      lag: 6,
      linesTotal: 0,
      rejected: [],
    });
  });

  it("replays MovieLens ratings with their times, and waits until they are committed", async () => {
    const rows = [
      "userId,movieId,rating,timestamp",
      "1,31,2.5,1260759144",
      "x",
      "2,31,4.0,1260759120",
    ];
    const name = write("ratings.csv", rows.join("\r\n"));
    await using _parser = await startParser();
    const replayed = await canarecJson(["stream", "replay", name, "--rate", "50"], run());
    expect(replayed).toMatchObject({ format: "ratings", sent: 2, skipped: 1, committed: true });
    await using database = await openDatabase(databaseUrl);
    const { rows: stored } = await database.pool.query(
      `select user_id, movie_id, rating_raw, rated_at from interactions join movies using (movie_key)
       where movie_id = '31' order by user_id`,
    );
    expect(stored).toEqual([
      { user_id: 1, movie_id: "31", rating_raw: 2.5, rated_at: new Date("2009-12-14T02:52:24Z") },
      { user_id: 2, movie_id: "31", rating_raw: 4, rated_at: new Date("2009-12-14T02:52:00Z") },
    ]);
  });

  it("tells then that all is committed, and what was rejected", async () => {
    const partition = (number: number, lines: number, highEventAt: string) => ({
      partition: number,
      nextOffset: lines,
      endOffset: lines,
      lag: 0,
      linesTotal: lines,
      highEventAt,
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
    expect(await canarecJson(["stream", "status", "--seconds", "0.1"], run())).toEqual({
      topic: stream.topic,
      lag: 0,
      linesPerSecond: 0,
      linesTotal: 8,
      partitions: [
        partition(0, 5, "2024-02-27T18:47:00.198Z"),
        partition(1, 3, "2009-12-14T02:52:24.000Z"),
      ],
      rejected: [
        { reason: "bad_rating", lines: 1 },
        { reason: "bad_time", lines: 1 },
        { reason: "nul_byte", lines: 1 },
      ],
    });
    const { code, out } = await canarec(["stream", "status", "--seconds", "0.1"], run());
    expect(code).toBe(0);
    expect(out).toContain("8 lines committed, 0 lines/s, lag 0.");
    expect(out).toMatch(/bad_time\s+1\n/);
  });

  it("shows rejected lines as they came", async () => {
    const args = ["stream", "rejections", "--reason", "nul_byte"];
    expect(await canarecJson(args, run())).toEqual({
      rejections: [
        {
          topic: stream.topic,
          partition: 1,
          offset: 1,
          receivedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
          reason: "nul_byte",
          rawBytes: LINES[3]?.length,
          raw: "2024-02-27T18:45:20,3,GET /data/m/\\xff\\x00",
          cut: false,
        },
      ],
    });
    const { out } = await canarec(["stream", "rejections", "--limit", "1"], run());
    expect(out.trim().split("\n")).toHaveLength(2);
    const wrong = await canarec(["stream", "rejections", "--reason", "bad"], run());
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain("bad is no reason; there are null_value, ");
  });

  it.each([
    [["stream", "replay", "nowhere.txt"], {}, "cannot read "],
    [["stream", "replay", "lines.txt", "--format", "ratings"], {}, "lines.txt lacks the header"],
    [
      ["stream", "replay", "lines.txt"],
      {},
      "3 lines of lines.txt are no event of the stream: line ",
    ],
    [
      ["stream", "replay", "lines.txt", "--damaged"],
      { STREAM_TOPIC: "no-such-topic" },
      "Kafka has no topic no-such-topic",
    ],
    [
      ["stream", "replay", "lines.txt", "--damaged"],
      { KAFKA_BROKERS: "127.0.0.1:1" },
      "Kafka does not answer",
    ],
  ])("ends with 1: %j %j", async (args, change, message) => {
    const { code, err } = await canarec(args, { ...run(), env: { ...env, ...change } });
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});

function startParser() {
  const config = streamParserConfig({
    ...env,
    EXPOSURE_TOPIC: `${stream.topic}-exposures`,
    STREAM_GROUP: `group-${stream.topic}`,
    PORT: "0",
  });
  return startStreamParser(config, createLogger("stream-parser", "silent"));
}
