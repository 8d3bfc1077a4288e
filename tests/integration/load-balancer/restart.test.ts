import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Exposure } from "@canarec/load-balancer/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canListProcesses, processesOf } from "../../processes.ts";
import {
  type FreshTopic,
  type TemporaryFolder,
  freshTopic,
  temporaryFolder,
} from "../../servers.ts";
import { type BalancerProcess, balancerProcess } from "./balancer-process.ts";
import { admin, controllerOf, giveToken } from "./controller-of.ts";
import { readExposures } from "./exposure-reader.ts";
import { type FakeReplica, after, fakeReplica } from "./fake-replica.ts";
import { metric, until } from "./load-balancer-under-test.ts";
import { type Asked, isWrong, steadyLoad } from "./steady-load.ts";

const RESTARTS = 3;
const CLIENTS = 12;
/** No attempt is given up because the machine is busy. */
const PATIENT_MS = "10000";

let folder: TemporaryFolder;
let main: FakeReplica;
let nightly: FakeReplica;

beforeAll(async () => {
  folder = temporaryFolder();
  main = await fakeReplica(after(5));
  nightly = await fakeReplica(after(5));
});
afterAll(async () => {
  await main[Symbol.asyncDispose]();
  await nightly[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const tracks = () => ({
  main: [{ name: "main-1", url: main.url }],
  nightly: [{ name: "nightly-1", url: nightly.url }],
});

/** A load balancer whose routing a controller writes. */
async function routed(name: string, topic: FreshTopic, workers: number) {
  const home = `${folder.path}/${name}`;
  giveToken(home);
  const balancer = await balancerProcess({
    CANAREC_HOME: home,
    KAFKA_BROKERS: topic.brokers.join(","),
    EXPOSURE_TOPIC: topic.topic,
    WORKERS: String(workers),
    DEADLINE_MS: PATIENT_MS,
  });
  const { route } = controllerOf(balancer.adminUrl);
  await route(tracks(), { nightlyWeight: 0.5 });
  await until(async () => (await metric(balancer, "canarec_replica_available")) === 2);
  return { balancer, route };
}

async function exposuresOf(topic: FreshTopic, requestIds: readonly string[]) {
  await using reader = await readExposures(topic.brokers, topic.topic);
  const found = new Map<string, Exposure>();
  let read = 0;
  await until(() => {
    for (const exposure of reader.all.slice(read)) found.set(exposure.requestId, exposure);
    read = reader.all.length;
    return requestIds.every((id) => found.has(id));
  });
  return found;
}

describe.each([1, 2])("%d worker(s), replaced again and again under load", (workers) => {
  it("refuse and break no connection, lose no exposure, and follow the routing all the time", async () => {
    await using topic = await freshTopic();
    const { balancer, route } = await routed(`graceful-${workers}`, topic, workers);
    await using _balancer = balancer;
    let acknowledged = 1;
    await using load = steadyLoad(balancer.url, CLIENTS, () => acknowledged);
    const stop = new AbortController();
    const changing = (async () => {
      while (!stop.signal.aborted) {
        const nightlyWeight = acknowledged % 2 === 0 ? 0.5 : 0.2;
        acknowledged = (await route(tracks(), { nightlyWeight })).version;
        await sleep(25);
      }
    })();
    for (let restart = 0; restart < RESTARTS; restart += 1) {
      await balancer.restart();
      await sleep(200);
    }
    stop.abort();
    await changing;
    const asked = await load.stop();

    expect(asked.filter(isWrong)).toEqual([]);
    expect(new Set(balancer.served).size).toBe((RESTARTS + 1) * workers);
    expect(asked.filter(({ fresh }) => fresh).length).toBeGreaterThan(500);
    expect(asked.filter(({ fresh }) => !fresh).length).toBeGreaterThan(500);
    await expectCounts(balancer, asked.length);
    expect(await balancer.stop()).toEqual([0, null]);
    const exposures = await exposuresOf(
      topic,
      asked.map(({ requestId }) => requestId),
    );
    const behind = asked.filter(
      ({ requestId, mark }) => (exposures.get(requestId)?.snapshotVersion ?? 0) < mark,
    );
    expect(behind).toEqual([]);
    expect([...exposures.values()].filter(({ reason }) => reason !== "ok")).toEqual([]);
  });
});

/** All workers', those that have ended too. */
async function expectCounts(balancer: BalancerProcess, answers: number): Promise<void> {
  const { body } = await admin(balancer.adminUrl, "GET", "/tracks");
  const { main, nightly } = body as Record<string, { attempts: number; failures: number }>;
  expect((main?.attempts ?? 0) + (nightly?.attempts ?? 0)).toBe(answers);
  expect([main?.failures, nightly?.failures]).toEqual([0, 0]);
  expect(await metric(balancer, "canarec_recommend_duration_seconds_count")).toBe(answers);
}

describe("a parent that is killed while it replaces its workers", () => {
  it("leaves none of them, whatever they were about", async (test) => {
    test.skip(!canListProcesses(), "there is no /proc to list processes by");
    await using topic = await freshTopic();
    for (const afterMs of [20, 150, 400, 700]) {
      const name = `orphaned-${afterMs}`;
      const { balancer } = await routed(name, topic, 2);
      balancer.child.kill("SIGHUP");
      await sleep(afterMs);
      expect(processesOf(join(folder.path, name)).length).toBeGreaterThan(2);
      balancer.child.kill("SIGKILL");
      await until(() => processesOf(join(folder.path, name)).length === 0);
      await balancer[Symbol.asyncDispose]();
    }
  });
});

describe("a worker that is killed", () => {
  it("takes only what it had in flight with it, where there is another", async () => {
    await using topic = await freshTopic();
    const { balancer } = await routed("killed", topic, 2);
    await using _balancer = balancer;
    await using load = steadyLoad(balancer.url, CLIENTS);
    for (let kills = 1; kills <= RESTARTS; kills += 1) {
      await sleep(300);
      const [pid = 0] = balancer.serving();
      const from = load.asked.length;
      const killedMs = performance.now();
      process.kill(pid, "SIGKILL");
      await until(() => balancer.serving().length === 2 && !balancer.serving().includes(pid));
      await until(() => load.asked.length > from + 10 * CLIENTS);
      const since = load.asked.slice(from);
      const wrong = since.filter(isWrong);
      expect(wrong.filter(({ status }) => status !== undefined)).toEqual([]);
      expect(wrong.filter(({ fresh, sentMs }) => fresh && sentMs > killedMs)).toEqual([]);
      // Each client has one connection at a time.
      expect(wrong.length).toBeLessThanOrEqual(CLIENTS);
    }
    await load.stop();
    expect(await metric(balancer, "canarec_workers_ended_total")).toBe(RESTARTS);
  });

  it("refuses nobody, even where it is the only one: connections wait for its successor", async () => {
    await using topic = await freshTopic();
    const { balancer } = await routed("killed-alone", topic, 1);
    await using _balancer = balancer;
    await using load = steadyLoad(balancer.url, CLIENTS);
    for (let kills = 1; kills <= 2; kills += 1) {
      await sleep(300);
      const [pid = 0] = balancer.serving();
      const from = load.asked.length;
      const killedMs = performance.now();
      process.kill(pid, "SIGKILL");
      await until(() => balancer.serving().length === 1 && !balancer.serving().includes(pid));
      const fresh = () =>
        load.asked.slice(from).filter((one) => one.fresh && one.sentMs > killedMs);
      await until(() => fresh().length > CLIENTS);
      expect(fresh().filter(isWrong)).toEqual([]);
    }
  });

  it("leaves exposures that wait on disk to the others", async () => {
    await using topic = await freshTopic();
    const home = `${folder.path}/spooled`;
    const env = { CANAREC_HOME: home, EXPOSURE_TOPIC: topic.topic, REPLICA_URLS: main.url };
    const asked: Asked[] = [];
    {
      await using balancer = await balancerProcess({
        ...env,
        KAFKA_BROKERS: "127.0.0.1:1", // nobody
        WORKERS: "2",
      });
      await until(async () => (await metric(balancer, "canarec_replica_available")) === 1);
      await using load = steadyLoad(balancer.url, CLIENTS);
      await sleep(1_000);
      asked.push(...(await load.stop()));
      const spooled = () => metric(balancer, "canarec_exposures_spooled_total");
      await until(async () => (await spooled()) === asked.length);
      const killed = balancer.serving();
      for (const pid of killed) process.kill(pid, "SIGKILL");
      const others = () => balancer.serving().filter((pid) => !killed.includes(pid));
      await until(() => others().length === 2);
    }
    const KAFKA_BROKERS = topic.brokers.join(",");
    await using _balancer = await balancerProcess({ ...env, KAFKA_BROKERS });
    const exposures: Map<string, Exposure> = await exposuresOf(
      topic,
      asked.map(({ requestId }) => requestId),
    );
    expect(exposures.size).toBe(asked.length);
    expect(asked.length).toBeGreaterThan(100);
  });
});
