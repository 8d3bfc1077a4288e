import { startKafka } from "@canarec/local-cluster/kafka";
import { freePort } from "@canarec/local-cluster/port";
import { startSimulator } from "@canarec/simulator/compose";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase, freshTopic, temporaryFolder } from "../../servers.ts";
import {
  MOVIES,
  configOf,
  databaseWithMovies,
  events,
  insertMovies,
  log,
  metric,
  parse,
  readTopic,
  ready,
  startRecommender,
} from "./simulated-platform.ts";

let database: FreshDatabase;
beforeAll(async () => {
  database = await databaseWithMovies();
});
afterAll(() => database[Symbol.asyncDispose]());

describe("the simulator", () => {
  it("writes a stream that the parser accepts, but for what was damaged", async () => {
    await using topic = await freshTopic();
    await using recommender = await startRecommender();
    const changes = { STREAM_TOPIC: topic.topic, RECOMMEND_URL: recommender.url, RATE: "600" };
    let damaged: number;
    let sent: number;
    {
      await using simulator = await startSimulator(
        configOf(database, { ...changes, DAMAGED_SHARE: "0.05" }),
        log,
      );
      await ready(simulator);
      await expect
        .poll(() => metric(simulator, /^simulator_lines_sent_total/), { timeout: 30_000 })
        .toBeGreaterThan(4_000);
      // The last lines are sent at its end; what it then made is bounded by what it made until now.
      damaged = await metric(simulator, /^simulator_lines_total.*damaged="true"/);
      sent = await metric(simulator, /^simulator_lines_sent_total/);
    }
    const values = await readTopic(topic.topic, topic.brokers, (read) => read.length >= sent);
    const parsed = values.map(parse);
    const rejected = parsed.filter(({ kind }) => kind === "rejected").length;
    expect(damaged).toBeGreaterThan(30);
    expect(rejected).toBeGreaterThan(0.6 * damaged); // made-up movies are well-formed
    expect(rejected).toBeLessThan(1.5 * damaged);

    const kinds = events(values);
    const titles = new Set(MOVIES.map((movie) => movie.movieId));
    const watched = kinds.filter((event) => event.kind === "watch");
    expect(watched.length / kinds.length).toBeGreaterThan(0.95);
    const real = watched.filter((event) => titles.has(event.movieId));
    expect(real.length / watched.length).toBeGreaterThan(0.98);
    const asked = kinds.filter((event) => event.kind === "recommendation");
    const late = asked.filter((event) => event.status === 0);
    expect(late.length).toBeGreaterThan(0);
    for (const event of late) expect(event.error).toContain("TimeoutException");
    const answered = asked.filter((event) => event.status === 200);
    expect(answered.length).toBeGreaterThan(0);
    for (const event of answered) expect(event.movieIds).toHaveLength(20);
  });

  it("damages nothing where it is told so, and uses every partition", async () => {
    await using topic = await freshTopic(2);
    await using simulator = await startSimulator(
      configOf(database, { STREAM_TOPIC: topic.topic, DAMAGED_SHARE: "0", RATE: "400" }),
      log,
    );
    await ready(simulator);
    const values = await readTopic(topic.topic, topic.brokers, (read) => read.length >= 1_000);
    expect(events(values)).toHaveLength(values.length);
    const kafka = new Kafka({
      clientId: "tests",
      brokers: topic.brokers,
      logLevel: logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic.topic);
    await admin.disconnect();
    for (const { offset } of offsets) expect(Number(offset)).toBeGreaterThan(0);
  });

  it("goes on when nobody answers its requests, and says so in the stream", async () => {
    await using topic = await freshTopic();
    await using simulator = await startSimulator(
      configOf(database, { STREAM_TOPIC: topic.topic }),
      log,
    );
    const refused = (read: readonly Buffer[]) =>
      events(read).filter((event) => event.kind === "recommendation" && event.status === 0);
    const values = await readTopic(topic.topic, topic.brokers, (read) => refused(read).length > 2);
    for (const event of refused(values)) {
      expect(event.kind === "recommendation" && event.error).toContain("java.net.ConnectException");
    }
    expect((await fetch(`${simulator.url}/healthz`)).status).toBe(200);
  });

  it("waits for movies, and begins when they are there", async () => {
    await using empty = await freshDatabase();
    await using topic = await freshTopic();
    await using simulator = await startSimulator(
      configOf(database, { DATABASE_URL: empty.url, STREAM_TOPIC: topic.topic }),
      log,
    );
    const before = await fetch(`${simulator.url}/readyz`);
    expect(before.status).toBe(503);
    expect(await before.text()).toContain("no movies");
    expect((await fetch(`${simulator.url}/user/1`)).status).toBe(503);
    await insertMovies(empty.url);
    await ready(simulator);
  });

  it("waits for Kafka, keeps its lines, makes the topic and goes on", async () => {
    using home = temporaryFolder();
    const port = await freePort();
    await using simulator = await startSimulator(
      configOf(database, { KAFKA_BROKERS: `127.0.0.1:${port}`, STREAM_TOPIC: "late" }),
      log,
    );
    await expect
      .poll(async () => (await fetch(`${simulator.url}/readyz`)).text(), { timeout: 30_000 })
      .toContain("Kafka is away");
    await using kafka = await startKafka({
      home: home.path,
      port,
      cacheDir: process.env["CANAREC_CACHE"],
    });
    await ready(simulator);
    const early = Date.now();
    const values = await readTopic("late", [kafka.url], (read) => read.length > 1_000);
    const times = events(values).map((event) => event.atMs);
    expect(Math.min(...times)).toBeLessThan(early - 2_000); // lines from before Kafka was there
  });
});
