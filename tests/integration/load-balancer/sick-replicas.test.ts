import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FreshTopic,
  type TemporaryFolder,
  freshTopic,
  temporaryFolder,
} from "../../servers.ts";
import { type ExposureReader, readExposures } from "./exposure-reader.ts";
import { MISBEHAVIOURS, MOVIES, POPULAR, after, fakeReplica } from "./fake-replica.ts";
import {
  type Settings,
  ask,
  balance,
  get,
  metric,
  range,
  replicaProcess,
  until,
  untilPopular,
  untilReplicas,
} from "./load-balancer-under-test.ts";

let topic: FreshTopic;
let reader: ExposureReader;
let nextUser = 1_000;
let folder: TemporaryFolder;

beforeAll(async () => {
  topic = await freshTopic();
  reader = await readExposures(topic.brokers, topic.topic);
  folder = temporaryFolder();
});
afterAll(async () => {
  await reader[Symbol.asyncDispose]();
  await topic[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Settings with a home of their own, and users that no other test asks for. */
function settings(replicas: readonly { readonly url: string }[]): Settings {
  nextUser += 10_000;
  return {
    replicas: replicas.map((replica) => replica.url),
    home: `${folder.path}/${nextUser}`,
    brokers: topic.brokers,
    topic: topic.topic,
  };
}

describe("with one of two replicas sick", () => {
  it("fails no answer when it is killed under load, and takes it back when it is up again", async () => {
    await using first = await replicaProcess();
    await using second = await replicaProcess();
    await using balancer = await balance(settings([first, second]));
    await untilReplicas(balancer, 2);
    const users = range(2_000, nextUser);
    const killed = (async () => {
      const done = () => metric(balancer, "canarec_attempts_total", { result: "ok" });
      await until(async () => (await done()) > 500);
      first.child.kill("SIGKILL");
    })();
    const answers = await ask(balancer.url, users, 32);
    await killed;
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 200, movies: MOVIES });
      expect(answer.headers["x-canarec-fallback"]).toBeUndefined();
    }
    await untilReplicas(balancer, 1);
    await using again = await replicaProcess(new URL(first.url).port);
    expect(again.url).toBe(first.url);
    await untilReplicas(balancer, 2);
    const exposures = await reader.ofUsers(users);
    expect(exposures).toHaveLength(2_000);
    expect(exposures.some(({ reason }) => reason === "retried")).toBe(true);
    for (const { reason, served, attempts } of exposures) {
      expect(served).toBe("main");
      // On a machine that is slow for a moment a second attempt may have joined the first.
      const first = attempts[0]?.error;
      expect(reason).toBe(first === undefined ? "ok" : first === "outrun" ? "hedged" : "retried");
    }
  });

  it.each(Object.entries(MISBEHAVIOURS))("fails no answer when it %s", async (_name, behaviour) => {
    await using good = await fakeReplica();
    await using bad = await fakeReplica(behaviour);
    await using balancer = await balance({ ...settings([good, bad]), deadlineMs: 1_000 });
    await untilReplicas(balancer, 2);
    const users = range(60, nextUser);
    for (const answer of await ask(balancer.url, users, 4)) {
      expect(answer).toMatchObject({ status: 200, movies: MOVIES });
      expect(answer.headers["x-canarec-track"]).toBe("main");
      expect(answer.headers["x-canarec-fallback"]).toBeUndefined();
    }
    const exposures = await reader.ofUsers(users);
    const failed = exposures.filter(({ attempts }) => attempts[0]?.error !== undefined);
    expect(failed.length).toBeGreaterThan(0);
    for (const exposure of failed) {
      // The failure stays on record, whoever made good for it.
      expect(exposure).toMatchObject({
        reason: expect.stringMatching(/^(retried|hedged)$/) as string,
        replica: "main-1",
        attempts: [{ replica: "main-2" }, { replica: "main-1", status: 200 }],
      });
    }
    // Five failures in a row put it out, so that few users ever meet it.
    expect(bad.asked()).toBeLessThan(30);
  });

  it("takes it back once it is well", async () => {
    await using good = await fakeReplica();
    await using bad = await fakeReplica(MISBEHAVIOURS["answers with status 500"]);
    await using balancer = await balance(settings([good, bad]));
    await untilReplicas(balancer, 2);
    await until(async () => {
      await ask(balancer.url, range(10, nextUser), 2);
      return (await metric(balancer, "canarec_replica_ejections_total")) > 0;
    });
    bad.behave((_req, res) => {
      res.writeHead(200, { "content-type": "text/plain" }).end("well+again");
    });
    await until(
      async () => (await get(balancer.url, `/recommend/${nextUser}`)).text === "well+again",
    );
  });
});

describe("with every replica sick", () => {
  it.each([
    "never answers",
    "answers with status 500",
    "answers with a page",
    "resets connections",
  ])("answers from its own list, marked as such, when each %s", async (name) => {
    await using first = await fakeReplica();
    await using second = await fakeReplica();
    await using balancer = await balance(settings([first, second]));
    await untilPopular(balancer);
    for (const replica of [first, second]) {
      const behaviour = MISBEHAVIOURS[name];
      if (behaviour) replica.behave(behaviour);
    }
    const users = range(20, nextUser);
    for (const answer of await ask(balancer.url, users, 4)) {
      expect(answer).toMatchObject({ status: 200, movies: POPULAR.slice(0, 20) });
      expect(answer.headers).toMatchObject({
        "x-canarec-fallback": "popular-list",
        "x-canarec-track": "none",
        "x-canarec-build": "none",
      });
    }
    for (const exposure of await reader.ofUsers(users)) {
      expect(exposure).toMatchObject({
        assigned: "main",
        served: "none",
        reason: "fallback_list",
        build: null,
        replica: null,
        personalised: false,
        list: POPULAR.slice(0, 20),
      });
      expect(exposure.attempts.every(({ error }) => error !== undefined)).toBe(true);
    }
    const counted = { served: "none", reason: "fallback_list" };
    expect(await metric(balancer, "canarec_recommend_duration_seconds_count", counted)).toBe(20);
    expect(await metric(balancer, "canarec_attempts_total", { result: "ok" })).toBe(0);
  });

  it("says that it cannot answer when it never had a list", async () => {
    await using replica = await fakeReplica();
    const gone = replica.url;
    await replica[Symbol.asyncDispose]();
    await using balancer = await balance(settings([{ url: gone }]));
    const answer = await get(balancer.url, `/recommend/${nextUser}`);
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toMatchObject({ code: "unavailable" });
    expect((await get(balancer.adminUrl, "/readyz")).status).toBe(503);
    expect(await reader.ofUsers([nextUser])).toMatchObject([
      { served: "none", reason: "unanswered", status: 503, list: [] },
    ]);
  });

  it("has the list of an earlier process when no replica is there at its start", async () => {
    await using replica = await fakeReplica();
    const same = settings([replica]);
    {
      await using balancer = await balance(same);
      await untilPopular(balancer);
    }
    await replica[Symbol.asyncDispose]();
    await using balancer = await balance(same);
    const answer = await get(balancer.url, "/recommend/1");
    expect(answer).toMatchObject({ status: 200, movies: POPULAR.slice(0, 20) });
    expect(await get(balancer.adminUrl, "/readyz")).toMatchObject({ status: 200 });
  });
});

describe("with slow replicas", () => {
  it("waits for an answer that comes within the deadline", async () => {
    await using first = await fakeReplica(after(500));
    await using second = await fakeReplica(after(500));
    await using balancer = await balance({ ...settings([first, second]), deadlineMs: 1_000 });
    await untilReplicas(balancer, 2);
    const answers = await ask(balancer.url, range(8, nextUser), 4);
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, movies: MOVIES });
  });

  it("answers from its own list before the deadline when the answer would be late", async () => {
    await using replica = await fakeReplica();
    await using balancer = await balance(settings([replica]));
    await untilPopular(balancer);
    replica.behave(after(5_000));
    const answer = await get(balancer.url, `/recommend/${nextUser}`);
    expect(answer.headers["x-canarec-fallback"]).toBe("popular-list");
    expect(await reader.ofUsers([nextUser])).toMatchObject([
      { attempts: [{ replica: "main-1", status: null, error: "timeout" }] },
    ]);
  });

  it("keeps no more under way than the cap, queues a few, and serves its list to the rest", async () => {
    await using replica = await fakeReplica();
    const limits = { replicaConcurrency: 2, queueLimit: 2, deadlineMs: 2_000 };
    await using balancer = await balance({ ...settings([replica]), ...limits });
    await untilPopular(balancer);
    let most = 0;
    let now = 0;
    replica.behave((req, res) => {
      now += 1;
      most = Math.max(most, now);
      res.on("close", () => (now -= 1));
      after(200)(req, res);
    });
    const users = range(6, nextUser);
    const answers = await ask(balancer.url, users, 6);
    expect(most).toBe(2);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(answers.filter((answer) => answer.headers["x-canarec-fallback"])).toHaveLength(2);
    const exposures = await reader.ofUsers(users);
    const overloaded = exposures.filter(({ reason }) => reason === "fallback_list");
    expect(overloaded.map(({ attempts }) => attempts)).toEqual([
      [{ replica: null, status: null, ms: 0, error: "overloaded" }],
      [{ replica: null, status: null, ms: 0, error: "overloaded" }],
    ]);
  });
});

describe("a client that goes away", () => {
  it("takes its request to the replica with it, and is on record", async () => {
    await using replica = await fakeReplica();
    await using balancer = await balance({ ...settings([replica]), deadlineMs: 60_000 });
    await untilReplicas(balancer, 1);
    let closed = false;
    replica.behave((req) => void req.on("close", () => (closed = true)));
    const leave = new AbortController();
    const path = `${balancer.url}/recommend/${nextUser}`;
    const asking = request(path, { signal: leave.signal }).catch(() => "gone");
    await until(() => replica.asked() === 1);
    leave.abort();
    expect(await asking).toBe("gone");
    await until(() => closed);
    expect(await reader.ofUsers([nextUser])).toMatchObject([
      { reason: "client_closed", status: 499, served: "none", list: [] },
    ]);
  });
});
