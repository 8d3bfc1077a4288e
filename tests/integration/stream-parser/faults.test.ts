import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createStatisticsRepository } from "@canarec/db-utils/statistics/repository";
import { Kafka, logLevel } from "kafkajs";
import { describe, expect, it } from "vitest";
import { checksums } from "./checksum.ts";
import { type World, openWorld, until, untilWritten } from "./harness.ts";
import { mixedLines } from "./lines.ts";

const MAIN = path.resolve(import.meta.dirname, "../../../stream-parser/src/main.ts");

const KILLS = 20;
/** Lines a partition between two kills. */
const PART = 1_000;
/** A batch writes each of these; it is interrupted at one after the other. */
const WRITTEN = [
  "rejected_lines",
  "interactions",
  "watches",
  "movie_statistics",
  "platform_answers",
];

describe("stream-parser, disturbed,", () => {
  it("ends with the same tables after being killed 20 times in mid-batch", async () => {
    const parts = Array.from({ length: KILLS + 1 }, (_, part) => mixedLines(2 * PART, 100 + part));
    const written = { 0: PART * parts.length, 1: PART * parts.length };
    await using calm = await openWorld(2);
    for (const part of parts) await sendPart(calm, part);
    await calm.startParser();
    await untilWritten(calm, written);

    await using wild = await openWorld(2);
    const group = `group-${wild.topic}`;
    for (let kill = 0; kill < KILLS; kill += 1) {
      using parser = startProcess(wild, group);
      // First the batch that the kill before interrupted, from its beginning.
      await until("all is written", async () => (await linesWritten(wild)) === 2 * PART * kill);
      await using held = await holdTable(wild, WRITTEN[kill % WRITTEN.length] ?? "");
      await sendPart(wild, parts[kill] ?? []);
      await untilBatchWaits(wild);
      parser.kill("SIGKILL");
      await once(parser, "exit");
      await held.release();
      expect(await linesWritten(wild)).toBeLessThan(2 * PART * (kill + 1));
    }
    await sendPart(wild, parts.at(-1) ?? []);
    using last = startProcess(wild, group);
    await untilWritten(wild, written);
    last.kill("SIGTERM");
    expect(await once(last, "exit")).toEqual([0, null]);

    expect(await checksums(wild.db, { progress: true })).toEqual(
      await checksums(calm.db, { progress: true }),
    );
    expect(await createStatisticsRepository(wild.db).verify()).toMatchObject({ different: 0 });
  }, 600_000);

  it("shares and hands over partitions between two parsers, which write the same users", async () => {
    const lines = mixedLines(6_000, 4);
    await using calm = await openWorld(2);
    await calm.send(lines, 0);
    await calm.startParser();
    await untilWritten(calm, { 0: lines.length });

    await using world = await openWorld(2);
    const first = await world.startParser();
    await world.send(lines.slice(0, 1_000), 0);
    await world.send(lines.slice(1_000, 2_000), 1);
    const second = await world.startParser();
    for (let from = 2_000; from < 5_000; from += 500) {
      await world.send(lines.slice(from, from + 500), from % 1_000 === 0 ? 0 : 1);
      if (from === 3_500) await first[Symbol.asyncDispose]();
    }
    await world.send(lines.slice(5_000), 1);
    await untilWritten(world, { 0: 2_500, 1: 3_500 });
    await second[Symbol.asyncDispose]();
    expect(await checksums(world.db)).toEqual(await checksums(calm.db));
    expect(await createStatisticsRepository(world.db).verify()).toMatchObject({ different: 0 });
  });

  it("fences a parser that believes to own a partition that another one has advanced", async () => {
    const lines = mixedLines(4_000, 5);
    await using world = await openWorld(1);
    await world.startParser({ STREAM_GROUP: `a-${world.topic}` });
    await world.startParser({ STREAM_GROUP: `b-${world.topic}` });
    for (let from = 0; from < lines.length; from += 200)
      await world.send(lines.slice(from, from + 200), 0);
    await untilWritten(world, { 0: lines.length });
    const { rows } = await world.db.pool.query(
      "select lines_total from stream_offsets where topic = $1",
      [world.topic],
    );
    expect(rows).toEqual([{ lines_total: lines.length }]);
    expect(world.logged.map(({ msg }) => msg)).toContain(
      "another parser has advanced; reading its position",
    );
  });

  it("reads a topic that was made anew from its beginning, also when it is longer than before", async () => {
    const lines = mixedLines(900, 6);
    await using world = await openWorld(1);
    await world.send(lines.slice(0, 300), 0);
    {
      await using _parser = await world.startParser();
      await untilWritten(world, { 0: 300 });
    }
    await remake(world);
    await world.send(lines.slice(300), 0);
    await world.startParser();
    await untilWritten(world, { 0: 600 });
    await until("the whole new log is read", async () => {
      const { rows } = await world.db.pool.query<{ lines_total: number }>(
        "select lines_total from stream_offsets where topic = $1",
        [world.topic],
      );
      return rows[0]?.lines_total === 600;
    });
    await using calm = await openWorld(1);
    await calm.send(lines, 0);
    await calm.startParser();
    await untilWritten(calm, { 0: 900 });
    expect(await checksums(world.db)).toEqual(await checksums(calm.db));
  });

  it("goes on when the topic is deleted and made anew while it reads", async () => {
    const lines = mixedLines(900, 7);
    await using world = await openWorld(1);
    await world.startParser();
    await world.send(lines.slice(0, 600), 0);
    await untilWritten(world, { 0: 600 });
    await remake(world);
    await world.send(lines.slice(600), 0);
    await until("the new log is read", async () => {
      const { rows } = await world.db.pool.query<{ next_offset: number }>(
        "select next_offset from stream_offsets where topic = $1",
        [world.topic],
      );
      return rows[0]?.next_offset === 300;
    });
    await using calm = await openWorld(1);
    await calm.send(lines, 0);
    await calm.startParser();
    await untilWritten(calm, { 0: 900 });
    expect(await checksums(world.db)).toEqual(await checksums(calm.db));
  });

  it("goes on where Kafka still has lines when its offset is out of range", async () => {
    const lines = mixedLines(500, 8);
    await using world = await openWorld(1);
    await world.send(lines.slice(0, 200), 0);
    {
      await using _parser = await world.startParser();
      await untilWritten(world, { 0: 200 });
    }
    await world.send(lines.slice(200), 0);
    const admin = new Kafka({ brokers: [...world.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.fetchTopicOffsets(world.topic); // kafkajs deletes only where it knows the leaders
    await admin.deleteTopicRecords({
      topic: world.topic,
      partitions: [{ partition: 0, offset: "300" }],
    });
    await admin.disconnect();
    const parser = await world.startParser();
    await untilWritten(world, { 0: 500 });
    const metrics = await (await fetch(`${parser.url}/metrics`)).text();
    expect(metrics).toMatch(/skipped_offsets_total\{.*topic="stream".*\} 100/);
    const { rows } = await world.db.pool.query(
      "select lines_total from stream_offsets where topic = $1",
      [world.topic],
    );
    expect(rows).toEqual([{ lines_total: 400 }]);
  });
});

/** Killed when disposed, if it still runs. */
function startProcess(world: World, group: string): ChildProcess & Disposable {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN], {
    env: {
      PATH: process.env["PATH"],
      DATABASE_URL: world.databaseUrl,
      KAFKA_BROKERS: world.brokers.join(","),
      STREAM_TOPIC: world.topic,
      EXPOSURE_TOPIC: world.exposureTopic,
      STREAM_GROUP: group,
      STREAM_SESSION_MS: "1000",
      PORT: "0",
      LOG_LEVEL: "error",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return Object.assign(child, { [Symbol.dispose]: () => void child.kill("SIGKILL") });
}

async function sendPart(world: World, part: readonly string[]): Promise<void> {
  await world.send(part.slice(0, PART), 0);
  await world.send(part.slice(PART), 1);
}

async function linesWritten(world: World): Promise<number> {
  const { rows } = await world.db.pool.query<{ lines: number }>(
    "select coalesce(sum(lines_total), 0)::int8 as lines from stream_offsets where topic = $1",
    [world.topic],
  );
  return rows[0]?.lines ?? 0;
}

/** Let nobody else write a table, until released or disposed. */
async function holdTable(world: World, table: string) {
  const client = await world.db.pool.connect();
  await client.query("begin");
  await client.query(`lock table ${table} in exclusive mode`);
  let held = true;
  const release = async () => {
    if (!held) return;
    held = false;
    await client.query("rollback");
    client.release();
  };
  return { release, [Symbol.asyncDispose]: release };
}

/** Wait until a batch has been begun and waits in the middle of it. */
async function untilBatchWaits(world: World): Promise<void> {
  await until("a batch waits", async () => {
    const { rowCount } = await world.db.pool.query(
      `select from pg_stat_activity
       where datname = current_database() and application_name = 'canarec stream-parser'
         and xact_start is not null and wait_event_type = 'Lock'`,
    );
    return (rowCount ?? 0) > 0;
  });
}

async function remake(world: World): Promise<void> {
  const admin = new Kafka({ brokers: [...world.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [world.topic] });
  await until("the topic is gone", async () => !(await admin.listTopics()).includes(world.topic));
  await admin.createTopics({
    topics: [{ topic: world.topic, numPartitions: 1, replicationFactor: 1 }],
    waitForLeaders: false,
  });
  await until("the topic has its leaders", () =>
    admin.fetchTopicOffsets(world.topic).then(
      () => true,
      () => false,
    ),
  );
  await admin.disconnect();
}
