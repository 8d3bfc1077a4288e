import { bucketOf } from "@canarec/load-balancer/assignment/assign-track";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type FreshTopic,
  type TemporaryFolder,
  freshTopic,
  temporaryFolder,
} from "../../servers.ts";
import { broken, rateLimited, slackDouble } from "../monitoring/slack-double.ts";
import { TOKEN, admin, controllerOf, giveToken } from "./controller-of.ts";
import { type ExposureReader, readExposures } from "./exposure-reader.ts";
import { type FakeReplica, MISBEHAVIOURS, MOVIES, fakeReplica, well } from "./fake-replica.ts";
import {
  type Got,
  ask,
  balance,
  get,
  metric,
  range,
  until,
  untilPopular,
  untilReplicas,
} from "./load-balancer-under-test.ts";

let topic: FreshTopic;
let reader: ExposureReader;
let folder: TemporaryFolder;
let main: FakeReplica;
let nightly: FakeReplica;
let home: string;
let nextUser = 0;

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
beforeEach(async () => {
  nextUser += 10_000;
  home = `${folder.path}/${nextUser}`;
  giveToken(home);
  [main, nightly] = await Promise.all([fakeReplica(), fakeReplica()]);
});
afterEach(async () => {
  await main[Symbol.asyncDispose]();
  await nightly[Symbol.asyncDispose]();
});

const start = (changes: { slackWebhookUrl?: string } = {}) =>
  balance({
    ...{ replicas: [], home, brokers: topic.brokers, topic: topic.topic, deadlineMs: 600 },
    ...changes,
  });
const both = () => ({
  main: [{ name: "main-1", url: main.url }],
  nightly: [{ name: "nightly-1", url: nightly.url }],
});
const trackOf = (answer: Got | undefined) => answer?.headers["x-canarec-track"];

describe("the routing of a controller", () => {
  it("is taken only with the token, whole, and never back in time", async () => {
    await using balancer = await start();
    const { snapshot } = controllerOf(balancer.adminUrl);
    const put = (body: unknown, token = TOKEN) =>
      admin(balancer.adminUrl, "PUT", "/routing", { body, token });
    const first = snapshot(both(), { epoch: 2 });
    expect((await put(first, "wrong")).status).toBe(401);
    expect((await get(balancer.adminUrl, "/routing")).status).toBe(401);
    const wrong = await put({ ...first, nightlyWeight: 1.5 });
    expect(wrong).toMatchObject({ status: 400, body: { code: "invalid_argument" } });
    expect(await put(first)).toEqual({ status: 200, body: { version: 1, epoch: 2 } });
    const second = snapshot(both(), { epoch: 2 });
    expect((await put(second)).status).toBe(200);
    expect(await put(first)).toEqual({
      status: 409,
      body: { version: 2, epoch: 2, refused: "older_version" },
    });
    const past = snapshot(both(), { epoch: 1 });
    expect(await put(past)).toMatchObject({ status: 409, body: { refused: "older_epoch" } });
    expect((await admin(balancer.adminUrl, "GET", "/routing")).body).toMatchObject({ version: 2 });
  });

  it("outlives a restart", async () => {
    const salt = `s${nextUser}`;
    {
      await using balancer = await start();
      const { route } = controllerOf(balancer.adminUrl);
      await route(both(), { nightlyWeight: 0.5, salt });
      await untilReplicas(balancer, 2);
    }
    await using balancer = await start();
    await untilReplicas(balancer, 2);
    const users = range(100, nextUser);
    const answers = await ask(balancer.url, users, 8);
    answers.forEach((answer, index) => {
      const expected = bucketOf(salt, users[index] ?? 0) < 5_000 ? "nightly" : "main";
      expect([answer.status, trackOf(answer)]).toEqual([200, expected]);
    });
  });

  it("sends what users change to main, whatever their track", async () => {
    await using balancer = await start();
    const { route } = controllerOf(balancer.adminUrl);
    await route(both(), { nightlyWeight: 1 });
    await untilReplicas(balancer, 2);
    const asked: string[] = [];
    for (const [name, replica] of Object.entries({ main, nightly })) {
      replica.behaveApi((req, res) => {
        asked.push(`${req.method ?? ""} ${name}`);
        res.writeHead(204).end();
      });
    }
    for (const method of ["PUT", "DELETE", "GET"]) {
      await fetch(`${balancer.url}/api/v1/users/${nextUser}/hidden/a`, { method });
    }
    expect(asked).toEqual(["PUT main", "DELETE main", "GET nightly"]);
  });

  it("assigns by weight: what grows keeps whom it had, within what chance allows", async () => {
    await using balancer = await start();
    const { route } = controllerOf(balancer.adminUrl);
    await route(both());
    await untilReplicas(balancer, 2);
    const users = range(1_000, nextUser);
    let before = new Set<number>();
    for (const weight of [0.05, 0.25, 0.5]) {
      await route(both(), { nightlyWeight: weight, salt: `w${nextUser}` });
      const answers = await ask(balancer.url, users, 16);
      const on = new Set(users.filter((_, index) => trackOf(answers[index]) === "nightly"));
      expect([...before].filter((user) => !on.has(user))).toEqual([]);
      const sigma = Math.sqrt(weight * (1 - weight) * users.length);
      expect(Math.abs(on.size - weight * users.length)).toBeLessThan(3 * sigma);
      before = on;
    }
  });

  it("puts a pinned user where an operator wants, and says so", async () => {
    await using balancer = await start();
    const { route } = controllerOf(balancer.adminUrl);
    const user = nextUser;
    await route(both(), { pinned: { [user]: "nightly" } });
    await untilReplicas(balancer, 2);
    expect(trackOf(await get(balancer.url, `/recommend/${user}`))).toBe("nightly");
    expect(await reader.ofUsers([user])).toMatchObject([{ assigned: "nightly", pinned: true }]);
  });

  it("is left for main by itself when nobody renews the lease, without a failed answer", async () => {
    await using slack = await slackDouble();
    slack.next(rateLimited, broken);
    await using balancer = await start({ slackWebhookUrl: slack.url });
    const { route, snapshot } = controllerOf(balancer.adminUrl);
    const leaseEndsAt = new Date(Date.now() + 1_500).toISOString();
    const routed = await route(both(), { nightlyWeight: 0.5, leaseEndsAt });
    await untilReplicas(balancer, 2);
    const users = range(40, nextUser);
    const tracks = async () => {
      const answers = await ask(balancer.url, users, 8);
      expect(
        answers.filter(({ status, movies }) => status !== 200 || movies.length !== 20),
      ).toEqual([]);
      return new Set(answers.map(trackOf));
    };
    expect(await tracks()).toEqual(new Set(["main", "nightly"]));
    await until(async () => (await tracks()).size === 1);
    expect(await tracks()).toEqual(new Set(["main"]));
    expect(await metric(balancer, "canarec_leases_lost_total")).toBe(1);
    await until(() => slack.accepted.length > 0);
    expect(slack.accepted).toEqual([
      expect.stringMatching(
        /lease \(release 1, routing \d+\).*\nUsers: 50 % of the users, who had nightly/,
      ),
    ]);
    const renewed = { ...routed, leaseEndsAt: new Date(Date.now() + 60_000).toISOString() };
    expect(await admin(balancer.adminUrl, "PUT", "/routing", { body: renewed })).toMatchObject({
      status: 409,
      body: { refused: "lease_lost" },
    });
    await admin(balancer.adminUrl, "PUT", "/routing", {
      body: snapshot(both(), { nightlyWeight: 0.5 }),
    });
    expect(await tracks()).toEqual(new Set(["main", "nightly"]));
  });
});

describe("a sick nightly", () => {
  it.each(Object.entries(MISBEHAVIOURS))(
    "that %s costs its users no answer, and is on record",
    async (_what, behaviour) => {
      nightly.behave(behaviour);
      await using balancer = await start();
      await controllerOf(balancer.adminUrl).route(both(), { nightlyWeight: 0.5 });
      await untilReplicas(balancer, 2);
      await untilPopular(balancer);
      const users = range(60, nextUser).filter((user) => bucketOf("r1", user) < 5_000);
      const answers = await ask(balancer.url, users, 8);
      for (const { status, movies, headers } of answers) {
        expect([status, movies, headers["x-canarec-track"]]).toEqual([200, MOVIES, "main"]);
        expect(headers["x-canarec-fallback"]).toBeUndefined();
      }
      const exposures = await reader.ofUsers(users);
      expect(exposures).toHaveLength(users.length);
      for (const exposure of exposures) {
        expect(exposure).toMatchObject({
          assigned: "nightly",
          served: "main",
          reason: "cross_track",
          releaseId: 1,
        });
        expect(exposure.attempts[0]?.error).toBeDefined();
        expect(exposure.attempts.at(-1)).toMatchObject({ replica: "main-1", status: 200 });
      }
      const { body } = await admin(balancer.adminUrl, "GET", "/tracks");
      expect(body).toMatchObject({
        nightly: { attempts: users.length, failures: users.length },
        main: { attempts: 0, failures: 0 },
      });
    },
  );

  it("takes nothing from main's users, whatever becomes of its own", async () => {
    nightly.behave(() => undefined);
    await using balancer = await start();
    await controllerOf(balancer.adminUrl).route(both(), { nightlyWeight: 0.5 });
    await untilReplicas(balancer, 2);
    await untilPopular(balancer);
    const users = range(400, nextUser);
    const answers = await ask(balancer.url, users, 64);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const ofMain = users.filter((user) => bucketOf("r1", user) >= 5_000);
    for (const exposure of await reader.ofUsers(ofMain)) {
      expect(exposure).toMatchObject({ served: "main", reason: "ok" });
      expect(exposure.attempts).toHaveLength(1);
    }
  });
});

describe("shadowing", () => {
  const shadowed = async (adminUrl: string) =>
    (await admin(adminUrl, "GET", "/tracks")).body["shadow"] as Record<string, number>;

  it("asks nightly beside main, compares, and shows nobody", async () => {
    nightly.behave((req, res) => well(req, res));
    await using balancer = await start();
    await controllerOf(balancer.adminUrl).route(both(), { shadowShare: 1 });
    await untilReplicas(balancer, 2);
    const users = range(50, nextUser);
    const answers = await ask(balancer.url, users, 4);
    expect(new Set(answers.map(trackOf))).toEqual(new Set(["main"]));
    await until(async () => (await shadowed(balancer.adminUrl))["requests"] === 50);
    expect(await shadowed(balancer.adminUrl)).toMatchObject({
      errors: 0,
      overlap: 50,
      distance: 0,
    });
    expect(nightly.asked()).toBe(50);
    expect(await reader.ofUsers(users)).toHaveLength(50);
  });

  it.each([
    ["hangs", () => undefined],
    ["fails", MISBEHAVIOURS["answers with status 500"] ?? well],
  ] as const)("of a nightly that %s is felt by nobody", async (_what, behaviour) => {
    nightly.behave(behaviour);
    await using balancer = await start();
    await controllerOf(balancer.adminUrl).route(both(), { shadowShare: 1 });
    await untilReplicas(balancer, 2);
    const users = range(200, nextUser);
    const answers = await ask(balancer.url, users, 16);
    expect(answers.filter(({ status, movies }) => status !== 200 || movies.length !== 20)).toEqual(
      [],
    );
    await until(async () => {
      const { requests = 0, skipped = 0 } = await shadowed(balancer.adminUrl);
      return requests + skipped === 200;
    });
    const { requests, errors } = await shadowed(balancer.adminUrl);
    expect(errors).toBe(requests);
    for (const { attempts, reason } of await reader.ofUsers(users)) {
      expect([attempts.length, reason]).toEqual([1, "ok"]);
    }
  });
});
