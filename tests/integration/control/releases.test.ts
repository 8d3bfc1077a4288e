import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { migrationStatus } from "@canarec/db-utils/migrations";
import type { LoadBalancer } from "@canarec/load-balancer/compose";
import { type ControlPlane, startControlPlane } from "@canarec/load-balancer/control/compose";
import { controlConfig } from "@canarec/load-balancer/control/config";
import { endReplicas } from "@canarec/load-balancer/runtimes/process/process-runtime";
import { Resources } from "@canarec/service-kit/lifecycle";
import { createLogger } from "@canarec/service-kit/logging";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, freshTopic, temporaryFolder } from "../../servers.ts";
import { ask, balance, range, until } from "../load-balancer/load-balancer-under-test.ts";
import { type SmallRepository, makeRepository } from "../runtimes/small-build.ts";

const BUNDLE = "ab".repeat(32);
const PLANS = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../load-balancer/plans.json"), "utf8"),
) as Record<string, Record<string, unknown>>;

let opened: Resources;
let repository: SmallRepository;
let database: Database;
let databaseUrl: string;
let balancer: LoadBalancer;
let plane: ControlPlane;
let home: string;
let first: string;

beforeEach(async () => {
  opened = new Resources();
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  home = join(folder.path, "home");
  mkdirSync(home, { recursive: true });
  opened.defer(() => endReplicas(home, 500));
  const fresh = opened.use(await freshDatabase());
  databaseUrl = fresh.url;
  database = opened.use(await openDatabase(fresh.url));
  const exposures = opened.use(await freshTopic(1));
  const entries = (await migrationStatus(database)).applied.map((tag) => ({ tag }));
  repository = makeRepository(join(folder.path, "repository"));
  first = repository.commit("first", {
    "db-utils/drizzle/meta/_journal.json": JSON.stringify({ entries }),
  });
  await database.pool.query(
    `insert into bundles values ($1, now(), 3, 1, false, 'complete', 'c', '{}', '{}')`,
    [BUNDLE],
  );
  const quick = {
    ...PLANS["quick"],
    shadow: { seconds: 1, share: 0.5 },
    ramp: [{ weight: 0.25, seconds: 1 }],
  };
  writeFileSync(join(folder.path, "plans.json"), JSON.stringify({ ...PLANS, quick }));
  balancer = opened.use(
    await balance({ replicas: [], home, brokers: exposures.brokers, topic: exposures.topic }),
  );
  plane = opened.use(await startPlane(folder.path));
});
afterEach(() => opened[Symbol.asyncDispose]());

const startPlane = (folder: string) =>
  startControlPlane(
    controlConfig({
      PORT: "0",
      DATABASE_URL: databaseUrl,
      CANAREC_HOME: home,
      DATA_PLANE_URLS: balancer.adminUrl,
      RELEASE_PLANS: join(folder, "plans.json"),
      RELEASE_REPOSITORY: repository.folder,
      MAIN_REPLICAS: "1",
    }),
    createLogger("control-plane", "silent"),
  );

async function api(method: string, path: string, body?: unknown) {
  const token = readFileSync(join(home, "control-token"), "utf8").trim();
  const response = await fetch(plane.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const submit = async (ref: string, changes = {}) => {
  const body = { ref, plan: "quick", bundle: BUNDLE, actor: "me", ...changes };
  const submitted = await api("POST", "/releases", body);
  expect(submitted).toMatchObject({ status: 201 });
  return Number(submitted.body["releaseId"]);
};

const stateOf = async (id: number) => {
  const { body } = await api("GET", `/releases/${id}`);
  return (body["rollout"] as { state: string }).state;
};

const untilState = (id: number, state: string) => until(async () => (await stateOf(id)) === state);

async function judge(id: number, action: string, kind = "continue"): Promise<void> {
  await database.pool.query(
    `insert into verdicts values ($1, 1, clock_timestamp(), 5, $2, $3, $4, '{"evidence": 1}')`,
    [id, kind, action, `the judge says ${action}`],
  );
}

/** Which builds answer these users. */
async function words(users: readonly number[] = range(40)): Promise<Set<string>> {
  const answers = await ask(balancer.url, users, 8);
  const wrong = answers.filter(({ status, movies }) => status !== 200 || movies.length !== 20);
  expect(wrong).toEqual([]);
  return new Set(answers.map(({ movies }) => movies[0]?.split("+")[0] ?? ""));
}

/** Ask without a pause until stopped. */
function load() {
  let stopped = false;
  const wrong: string[] = [];
  let answered = 0;
  const worker = async () => {
    while (!stopped) {
      for (const { status, movies } of await ask(balancer.url, range(20), 4)) {
        answered += 1;
        if (status !== 200 || movies.length !== 20) wrong.push(`${status} ${movies.join()}`);
      }
    }
  };
  const running = worker();
  return async () => {
    stopped = true;
    await running;
    expect(answered).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  };
}

describe("the control plane", () => {
  it("restores main, ships a release to its users and makes it main without a dropped request", async () => {
    await until(async () => (await fetch(`${plane.url}/readyz`)).status === 200);
    await until(async () => (await fetch(`${balancer.adminUrl}/readyz`)).status === 200);
    expect(await words()).toEqual(new Set(["first"]));
    const stop = load();
    const second = repository.commit("second");
    const id = await submit("main");
    await untilState(id, "evaluating");
    await until(async () => (await words()).size === 2);
    await judge(id, "promote", "pass");
    await untilState(id, "promoted");
    await until(async () => (await words()).size === 1);
    expect(await words()).toEqual(new Set(["second"]));
    await stop();
    const { body } = await api("GET", `/releases/${id}`);
    const path = (body["transitions"] as { toState: string; toStep: number }[]).map(
      ({ toState }) => toState,
    );
    expect(path).toEqual([
      ...["queued", "preparing", "warming", "shadowing", "ramping", "evaluating"],
      ...["promoting", "promoted"],
    ]);
    const status = await api("GET", "/status");
    expect(status.body).toMatchObject({ main: { releaseId: id, code: second } });

    // The old main is still warm.
    const back = load();
    await api("POST", `/releases/${id}/rollback`, { actor: "me", reason: "second thoughts" });
    await untilState(id, "rolled-back");
    expect(await words()).toEqual(new Set(["first"]));
    await back();
    expect((await api("GET", "/status")).body).toMatchObject({ main: { code: first } });
  });

  it("takes a build that crashes back at once, on record with its last words", async () => {
    await until(async () => (await fetch(`${balancer.adminUrl}/readyz`)).status === 200);
    const crash = `globalThis.asked = 0; globalThis.fault = (req) => {
      if (!req.headers["x-request-id"]?.startsWith("shadow-") && (globalThis.asked += 1) > 60) { console.log("no more"); process.exit(3); } };`;
    repository.commit("crashing", { "inference/src/fault.ts": crash });
    const stop = load();
    const id = await submit("HEAD");
    await untilState(id, "rolled-back");
    await stop();
    expect(await words()).toEqual(new Set(["first"]));
    const { body } = await api("GET", `/releases/${id}`);
    const cause = (
      body["transitions"] as { toState: string; reason: string; evidence: object }[]
    ).find(({ toState }) => toState === "rolling-back");
    expect(cause?.reason).toContain("ended with exit code 3");
    expect(JSON.stringify(cause?.evidence)).toContain("no more");
  });

  it("says clearly what it cannot do", async () => {
    await until(async () => (await fetch(`${plane.url}/readyz`)).status === 200);
    const refused = async (body: object) => {
      const answer = await api("POST", "/releases", { actor: "me", plan: "quick", ...body });
      return [answer.status, answer.body["message"]];
    };
    expect(await refused({ ref: "no-such-branch" })).toEqual([
      404,
      "there is no commit no-such-branch",
    ]);
    expect(await refused({ ref: "HEAD", plan: "slow" })).toEqual([
      404,
      expect.stringContaining("there is no plan slow: standard, quick"),
    ]);
    expect((await refused({ ref: "HEAD", bundle: "x" }))[0]).toBe(400);
    expect((await fetch(`${plane.url}/releases`)).status).toBe(401);
    expect((await api("GET", "/releases/99")).status).toBe(404);
    const broken = repository.commit("broken", { "inference/src/fault.ts": "process.exit(4);" });
    const id = await submit(broken);
    const twice = await api("POST", "/releases", {
      ...{ ref: broken, plan: "quick", bundle: BUNDLE, actor: "me" },
    });
    expect(twice).toMatchObject({ status: 409 });
    await untilState(id, "failed-to-start");
    expect(await words()).toEqual(new Set(["first"]));
    const late = await api("POST", `/releases/${id}/promote`, { actor: "me", reason: "why not" });
    expect(late).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining("failed-to-start") as string },
    });
    const { rows } = await database.pool.query(
      "select action, outcome from audit_log order by audit_key",
    );
    expect(rows.at(-1)).toMatchObject({
      action: "promote",
      outcome: expect.stringContaining("refused") as string,
    });
  });
});
