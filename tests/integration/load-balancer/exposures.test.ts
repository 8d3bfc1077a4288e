import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { startKafka } from "@canarec/local-cluster/kafka";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FreshTopic,
  type TemporaryFolder,
  freshTopic,
  temporaryFolder,
} from "../../servers.ts";
import { readExposures } from "./exposure-reader.ts";
import { type FakeReplica, MOVIES, answer, fakeReplica } from "./fake-replica.ts";
import { ask, balance, metric, range, until, untilReplicas } from "./load-balancer-under-test.ts";

/** A port where nobody listens: Kafka is away. */
const NOBODY = ["127.0.0.1:1"];

let topic: FreshTopic;
let folder: TemporaryFolder;
let replica: FakeReplica;

beforeAll(async () => {
  topic = await freshTopic();
  folder = temporaryFolder();
  replica = await fakeReplica();
});
afterAll(async () => {
  await replica[Symbol.asyncDispose]();
  await topic[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function settings(name: string) {
  const home = join(folder.path, name);
  return { replicas: [replica.url], home, brokers: topic.brokers, topic: topic.topic };
}

describe("exposures", () => {
  it("arrive in Kafka as the users were answered, one for each, keyed by user", async () => {
    replica.behave((req, res) => {
      const user = Number(req.url?.split("/")[2]);
      answer(res, 200, [`for+${user}`, ...MOVIES.slice(1)].join(","));
    });
    await using balancer = await balance(settings("exact"));
    await untilReplicas(balancer, 1);
    const users = range(500, 1);
    const answers = await ask(balancer.url, users, 16);
    await using reader = await readExposures(topic.brokers, topic.topic);
    const exposures = await reader.ofUsers(users);
    expect(exposures).toHaveLength(500);
    const byRequest = new Map(exposures.map((exposure) => [exposure.requestId, exposure]));
    answers.forEach(({ movies, headers }, index) => {
      expect(byRequest.get(String(headers["x-request-id"]))).toMatchObject({
        userId: users[index],
        list: movies,
        assigned: "main",
        served: "main",
        reason: "ok",
        build: "b1",
        bundle: "ab".repeat(32),
        replica: "main-1",
        status: 200,
        personalised: true,
        attempts: [{ replica: "main-1", status: 200 }],
      });
    });
    expect(new Set(reader.keys)).toEqual(new Set(users.map(String)));
    expect(await metric(balancer, "canarec_exposures_dropped_total")).toBe(0);
  });

  it("wait on disk while Kafka is stopped, and all arrive in order once it is back", async () => {
    const home = join(folder.path, "own-kafka");
    const kafka = await startKafka({ home });
    const port = Number(kafka.url.split(":")[1]);
    const own = { ...settings("outage"), brokers: [kafka.url], topic: "exposures" };
    await using balancer = await balance(own);
    await untilReplicas(balancer, 1);
    const delivered = () => metric(balancer, "canarec_exposures_delivered_total");
    await ask(balancer.url, range(100, 1), 8);
    await until(async () => (await delivered()) === 100);

    await kafka.stop();
    for (const from of [101, 201, 301]) {
      const answers = await ask(balancer.url, range(100, from), 8);
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      await until(async () => (await metric(balancer, "canarec_exposures_buffered")) === 0);
    }
    expect(await delivered()).toBe(100);
    expect(await metric(balancer, "canarec_exposure_kafka_away")).toBe(1);
    expect(await metric(balancer, "canarec_exposure_spool_bytes")).toBeGreaterThan(100_000);

    await using again = await startKafka({ home, port });
    expect(again.url).toBe(kafka.url);
    await ask(balancer.url, range(100, 401), 8);
    await using reader = await readExposures([again.url], "exposures");
    const exposures = await reader.ofUsers(range(500, 1));
    // At least once: a batch whose acknowledgement was late is sent again, and the parser knows it by its id.
    expect(new Set(exposures.map(({ requestId }) => requestId)).size).toBe(500);
    expect(new Set(exposures.map(({ userId }) => userId)).size).toBe(500);
    await until(async () => (await metric(balancer, "canarec_exposure_spool_bytes")) === 0);
    expect(await metric(balancer, "canarec_exposure_kafka_away")).toBe(0);
    expect(await metric(balancer, "canarec_exposures_dropped_total")).toBe(0);
  });

  it("on disk outlive the process, without the line that a crash tore", async () => {
    const same = settings("restart");
    {
      await using balancer = await balance({ ...same, brokers: NOBODY });
      await untilReplicas(balancer, 1);
      await ask(balancer.url, range(50, 10_001), 8);
    }
    const spool = join(same.home, "load-balancer", "exposures");
    const segments = readdirSync(spool);
    expect(segments.length).toBeGreaterThan(0);
    appendFileSync(join(spool, segments[segments.length - 1] ?? ""), '{"v":1,"requestId":"torn');

    await using balancer = await balance(same);
    await using reader = await readExposures(topic.brokers, topic.topic);
    expect(await reader.ofUsers(range(50, 10_001))).toHaveLength(50);
    await until(() => readdirSync(spool).length === 0);
    const torn = { reason: "torn" };
    expect(await metric(balancer, "canarec_exposures_dropped_total", torn)).toBe(1);
  });

  it("are dropped, and counted, only beyond the bounds of disk and memory", async () => {
    const exposures = { spoolBytes: 20_000, bufferMessages: 10 };
    await using balancer = await balance({ ...settings("bounds"), brokers: NOBODY, exposures });
    await untilReplicas(balancer, 1);
    const asked = await askUntilRefused(balancer, "full", 20_001);
    await expectAllAccountedFor(balancer, asked);
    expect(await metric(balancer, "canarec_exposure_spool_bytes")).toBeLessThanOrEqual(20_000);
  });

  it("do not stop answers on a full disk, and what it had no room for is counted", async (context) => {
    const home = join(folder.path, "full-disk");
    mkdirSync(home);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", home], { stdio: "pipe" });
    } catch {
      context.skip("a disk that fills up is a small tmpfs, and mounting one is not allowed here");
    }
    try {
      const exposures = { bufferMessages: 50 };
      const full = { ...settings("full-disk"), brokers: NOBODY, exposures };
      await using balancer = await balance(full);
      await untilReplicas(balancer, 1);
      const asked = await askUntilRefused(balancer, "failed", 30_001);
      await expectAllAccountedFor(balancer, asked);
      const dropped = { reason: "buffer_full" };
      expect(await metric(balancer, "canarec_exposures_dropped_total", dropped)).toBeGreaterThan(0);
    } finally {
      execFileSync("umount", [home]);
    }
  });
});

/**
 * Ask until the spool has refused exposures and some were dropped, which takes more rounds the faster
 * the machine answers; every answer is a list. @returns how many were asked.
 */
async function askUntilRefused(
  balancer: Awaited<ReturnType<typeof balance>>,
  reason: "full" | "failed",
  firstUser: number,
): Promise<number> {
  let asked = 0;
  await until(async () => {
    const answers = await ask(balancer.url, range(50, firstUser + asked), 4);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    asked += 50;
    const refused = await metric(balancer, "canarec_spool_refused_total", { reason });
    return refused > 0 && (await metric(balancer, "canarec_exposures_dropped_total")) > 0;
  });
  return asked;
}

/** Every exposure was taken or counted as dropped; those taken are in memory or on disk. */
async function expectAllAccountedFor(
  balancer: Awaited<ReturnType<typeof balance>>,
  count: number,
): Promise<void> {
  const taken = () => metric(balancer, "canarec_exposures_total");
  const dropped = () => metric(balancer, "canarec_exposures_dropped_total");
  await until(async () => (await taken()) + (await dropped()) === count);
  expect(await dropped()).toBeGreaterThan(0);
  await until(async () => {
    const spooled = await metric(balancer, "canarec_exposures_spooled_total");
    return spooled + (await metric(balancer, "canarec_exposures_buffered")) === (await taken());
  });
}
