import { setTimeout as sleep } from "node:timers/promises";
import { assignTrack } from "@canarec/load-balancer/assignment/assign-track";
import type { RoutingSnapshot } from "@canarec/load-balancer/contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type FreshTopic,
  type TemporaryFolder,
  freshTopic,
  temporaryFolder,
} from "../../servers.ts";
import { controllerOf, giveToken } from "./controller-of.ts";
import { readExposures } from "./exposure-reader.ts";
import { type FakeReplica, fakeReplica } from "./fake-replica.ts";
import { balance, get, untilReplicas } from "./load-balancer-under-test.ts";

const WEIGHT_CHANGES = 1_000;
const PROMOTIONS = 20;
const WEIGHTS = [0, 0.05, 0.25, 0.5, 0.25, 1, 0.5];

let topic: FreshTopic;
let folder: TemporaryFolder;

beforeAll(async () => {
  topic = await freshTopic();
  folder = temporaryFolder();
});
afterAll(async () => {
  await topic[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

interface Named {
  readonly name: string;
  readonly replica: FakeReplica;
}

const named = ({ name, replica }: Named) => ({ name, url: replica.url });

/** Ask for one user after the other, `width` at a time with a breath between, until told to stop. */
function load(url: string, users: number, width: number) {
  let stopped = false;
  let next = 0;
  const wrong: string[] = [];
  let answered = 0;
  const worker = async () => {
    while (!stopped) {
      const { status, movies } = await get(url, `/recommend/${(next += 1) % users}`);
      answered += 1;
      if (status !== 200 || movies.length !== 20) wrong.push(`${status}: ${movies.join()}`);
      await sleep(5);
    }
  };
  const workers = Array.from({ length: width }, worker);
  const stop = async () => {
    stopped = true;
    await Promise.all(workers);
    return { answered, wrong };
  };
  return {
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

it("drops no request and moves no user undeclared over 1,000 weight changes and 20 promotions and roll-backs", async () => {
  const home = folder.path;
  giveToken(home);
  const settings = { replicas: [], home, brokers: topic.brokers, topic: topic.topic };
  await using balancer = await balance(settings);
  const { route } = controllerOf(balancer.adminUrl);
  const written = new Map<number, RoutingSnapshot>();
  const write = async (...args: Parameters<typeof route>) => {
    const snapshot = await route(...args);
    written.set(snapshot.version, snapshot);
  };
  let made = 0;
  const pair = async (): Promise<Named[]> =>
    Promise.all(
      [1, 2].map(async () => ({ name: `replica-${(made += 1)}`, replica: await fakeReplica() })),
    );
  let main = await pair();
  await write({ main: main.map(named), nightly: [] });
  await untilReplicas(balancer, 2);
  await using asking = load(balancer.url, 500, 8);

  for (let release = 1; release <= PROMOTIONS; release += 1) {
    const nightly = await pair();
    const tracks = { main: main.map(named), nightly: nightly.map(named) };
    const release_ = { releaseId: release, salt: `r${release}` };
    await write(tracks, release_);
    for (let change = 0; change < WEIGHT_CHANGES / PROMOTIONS; change += 1) {
      const nightlyWeight = WEIGHTS[change % WEIGHTS.length] ?? 0;
      await write(tracks, { ...release_, nightlyWeight, step: change });
    }
    const isPromoted = release % 2 === 0;
    const [stays, goes] = isPromoted ? [nightly, main] : [main, nightly];
    if (isPromoted) await write(tracks, { ...release_, nightlyWeight: 1 });
    else await write(tracks, { ...release_, nightlyWeight: 0 });
    await write({ main: stays.map(named), nightly: [] }, { nightlyWeight: 0, releaseId: null });
    await Promise.all(goes.map(({ replica }) => replica[Symbol.asyncDispose]()));
    main = stays;
  }

  const { answered, wrong } = await asking.stop();
  expect(wrong).toEqual([]);
  await using reader = await readExposures(topic.brokers, topic.topic);
  await reader.ofUsers(Array.from({ length: 500 }, (_, user) => user));
  await expect.poll(() => reader.all.length, { timeout: 60_000 }).toBe(answered);
  const undeclared = reader.all.filter(({ snapshotVersion, userId, assigned }) => {
    const snapshot = written.get(snapshotVersion);
    if (snapshot === undefined) return true;
    return assigned !== assignTrack(snapshot.salt, userId, snapshot.nightlyWeight);
  });
  expect(undeclared).toEqual([]);
  expect(new Set(reader.all.map(({ assigned }) => assigned))).toEqual(new Set(["main", "nightly"]));
  for (const { replica } of main) await replica[Symbol.asyncDispose]();
});
