import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FreshTopic,
  type TemporaryFolder,
  freshTopic,
  temporaryFolder,
} from "../../servers.ts";
import { type BalancerProcess, balancerProcess } from "./balancer-process.ts";
import { buildOfWorkers, releaseBuild } from "./build-of-workers.ts";
import { readExposures } from "./exposure-reader.ts";
import { type FakeReplica, after, fakeReplica } from "./fake-replica.ts";
import { metric, until } from "./load-balancer-under-test.ts";
import { isWrong, steadyLoad } from "./steady-load.ts";

const WORKERS = 2;
const CLIENTS = 4;

let folder: TemporaryFolder;
let replica: FakeReplica;
let topic: FreshTopic;
let balancer: BalancerProcess;

beforeAll(async () => {
  folder = temporaryFolder();
  replica = await fakeReplica(after(5));
  topic = await freshTopic();
  balancer = await balancerProcess({
    CANAREC_HOME: `${folder.path}/home`,
    KAFKA_BROKERS: topic.brokers.join(","),
    EXPOSURE_TOPIC: topic.topic,
    REPLICA_URLS: replica.url,
    WORKERS: String(WORKERS),
  });
  await until(async () => (await metric(balancer, "canarec_replica_available")) === 1);
});
afterAll(async () => {
  await balancer[Symbol.asyncDispose]();
  await topic[Symbol.asyncDispose]();
  await replica[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Which code a process was told to run. */
const programOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
const runs = (pid: number, build: string) => programOf(pid).some((one) => one.startsWith(build));

/** Release a build under load. @returns why it was taken back; every answer was a list, and is an exposure. */
async function underLoad(build: string): Promise<string | undefined> {
  await using load = steadyLoad(balancer.url, CLIENTS);
  await until(() => load.asked.length > 10 * CLIENTS);
  const refused = await releaseBuild(balancer, build);
  const from = load.asked.length;
  await until(() => load.asked.length > from + 10 * CLIENTS);
  const asked = await load.stop();
  expect(asked.filter(isWrong)).toEqual([]);
  expect(asked.filter(({ fresh }) => fresh).length).toBeGreaterThan(CLIENTS);
  await using reader = await readExposures(topic.brokers, topic.topic);
  const told = () => new Set(reader.all.map(({ requestId }) => requestId));
  await until(() => asked.every(({ requestId }) => told().has(requestId)));
  return refused;
}

describe.skipIf(process.platform !== "linux")("workers of another build, under load", () => {
  it("take the places of all without a lost request", async () => {
    const build = buildOfWorkers(`${folder.path}/next`);
    const before = balancer.serving();
    expect(await underLoad(build)).toBeUndefined();
    await until(() => balancer.serving().length === WORKERS);
    expect(balancer.serving().filter((pid) => before.includes(pid))).toEqual([]);
    expect(balancer.serving().map((pid) => runs(pid, build))).toEqual([true, true]);
  });

  it.each([
    ["never begin to serve", "process.exit(3);", /did not begin to serve: exit code 3/],
    [
      "end soon after they began",
      "setTimeout(() => process.exit(3), 2_500);",
      /ended soon|did not begin/,
    ],
  ])("that %s are taken back without a lost connection", async (name, inFront, reason) => {
    const current = `${folder.path}/next`;
    const build = buildOfWorkers(`${folder.path}/${name.replaceAll(" ", "-")}`, inFront);
    expect(await releaseBuild(balancer, build)).toMatch(reason);
    await until(() => balancer.serving().length === WORKERS);
    expect(balancer.serving().map((pid) => runs(pid, current))).toEqual([true, true]);
    await using load = steadyLoad(balancer.url, CLIENTS);
    await until(() => load.asked.length > 10 * CLIENTS);
    expect((await load.stop()).filter(isWrong)).toEqual([]);
  });
});
