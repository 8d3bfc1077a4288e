import { setTimeout as sleep } from "node:timers/promises";
import type { Runtime } from "@canarec/load-balancer/runtimes/runtime";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BUILD_LIMIT_MS, whyNoReplica } from "../../container-engine.ts";
import { canarec } from "../cli/called-canarec.ts";
import { ask, range, until } from "../load-balancer/load-balancer-under-test.ts";
import { BREATH_MS, BUNDLE, words as wordsOf } from "./control-under-test.ts";
import { type ControlledWorld, openControlledWorld } from "./controlled-world.ts";

let controlled: ControlledWorld;
let world: ControlledWorld["world"];
let operator: ControlledWorld["operator"];

async function open(runtime: Runtime["kind"]): Promise<void> {
  controlled = await openControlledWorld({ runtime });
  ({ world, operator } = controlled);
}
const close = () => controlled[Symbol.asyncDispose]();

const words = () => wordsOf(world);

async function judge(id: number, action: string, kind = "continue"): Promise<void> {
  await world.database.pool.query(
    `insert into verdicts values ($1, 1, clock_timestamp(), 5, $2, $3, $4, '{"evidence": 1}')`,
    [id, kind, action, `the judge says ${action}`],
  );
}

/** Ask again and again until stopped. */
function load() {
  let stopped = false;
  const wrong: string[] = [];
  let answered = 0;
  const worker = async () => {
    while (!stopped) {
      for (const { status, movies } of await ask(world.balancer.url, range(20), 4)) {
        answered += 1;
        if (status !== 200 || movies.length !== 20) wrong.push(`${status} ${movies.join()}`);
      }
      await sleep(BREATH_MS);
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

const RUNTIMES: readonly { kind: Runtime["kind"]; why?: string | undefined }[] = [
  { kind: "process" },
  { kind: "docker", why: whyNoReplica() },
];

describe.each(RUNTIMES)("the control plane, builds being of kind $kind", ({ kind, why }) => {
  beforeEach(async ({ skip }) => {
    skip(why !== undefined, why);
    await open(kind);
  }, BUILD_LIMIT_MS);
  afterEach(async () => {
    if (why === undefined) await close();
  });

  it("restores main, ships a release to its users and makes it main without a dropped request", async () => {
    await operator.untilReady();
    await operator.untilServed();
    expect(await words()).toEqual(new Set(["first"]));
    const stop = load();
    const second = world.repository.commit("second");
    const id = await operator.submit("main");
    await operator.untilState(id, "evaluating");
    await until(async () => (await words()).size === 2);
    await judge(id, "promote", "pass");
    await operator.untilState(id, "promoted");
    await until(async () => (await words()).size === 1);
    expect(await words()).toEqual(new Set(["second"]));
    await stop();
    const { body } = await operator.api("GET", `/releases/${id}`);
    const path = (body["transitions"] as { toState: string; toStep: number }[]).map(
      ({ toState }) => toState,
    );
    expect(path).toEqual([
      ...["queued", "preparing", "warming", "shadowing", "ramping", "evaluating"],
      ...["promoting", "promoted"],
    ]);
    const status = await operator.api("GET", "/status");
    expect(status.body).toMatchObject({ main: { releaseId: id, code: second } });

    // The old main is still warm.
    const back = load();
    await operator.api("POST", `/releases/${id}/rollback`, {
      actor: "me",
      reason: "second thoughts",
    });
    await operator.untilState(id, "rolled-back");
    expect(await words()).toEqual(new Set(["first"]));
    await back();
    expect((await operator.api("GET", "/status")).body).toMatchObject({
      main: { code: world.first },
    });
  });

  it("takes a build that crashes back at once, on record with its last words", async () => {
    await operator.untilServed();
    const crash = `globalThis.asked = 0; globalThis.fault = (req) => {
      if (!req.headers["x-request-id"]?.startsWith("shadow-") && (globalThis.asked += 1) > 60) { console.log("no more"); process.exit(3); } };`;
    world.repository.commit("crashing", { "inference/src/fault.ts": crash });
    const stop = load();
    const id = await operator.submit("HEAD");
    await operator.untilState(id, "rolled-back");
    await stop();
    expect(await words()).toEqual(new Set(["first"]));
    const { body } = await operator.api("GET", `/releases/${id}`);
    const cause = (
      body["transitions"] as { toState: string; reason: string; evidence: object }[]
    ).find(({ toState }) => toState === "rolling-back");
    expect(cause?.reason).toContain("ended with exit code 3");
    expect(JSON.stringify(cause?.evidence)).toContain("no more");
  });
});

describe("the control plane", () => {
  beforeEach(() => open("process"));
  afterEach(close);

  it("keeps a second release waiting, or lets it take the place of one not yet evaluated", async () => {
    await operator.untilReady();
    world.repository.commit("second");
    const second = await operator.submit("HEAD");
    world.repository.commit("third");
    const third = await operator.submit("HEAD");
    await operator.untilState(second, "ramping");
    expect(await operator.rolloutOf(third)).toMatchObject({ state: "queued" });
    world.repository.commit("fourth");
    const fourth = await operator.submit("HEAD", { queue: "supersede" });
    await operator.untilState(second, "aborted");
    await operator.untilState(third, "aborted");
    await operator.untilState(fourth, "evaluating");
    const { body } = await operator.api("GET", `/releases/${second}`);
    expect(JSON.stringify(body["transitions"])).toContain(`superseded by release ${fourth}`);
    expect([...(await words())].sort()).toEqual(["first", "fourth"]);
  });

  it("says clearly what it cannot do", async () => {
    await operator.untilReady();
    const refused = async (body: object) => {
      const answer = await operator.api("POST", "/releases", {
        actor: "me",
        plan: "quick",
        ...body,
      });
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
    expect((await fetch(`${controlled.plane.url}/releases`)).status).toBe(401);
    expect((await operator.api("GET", "/releases/99")).status).toBe(404);
    const broken = world.repository.commit("broken", {
      "inference/src/fault.ts": "process.exit(4);",
    });
    const id = await operator.submit(broken);
    const twice = await operator.api("POST", "/releases", {
      ...{ ref: broken, plan: "quick", bundle: BUNDLE, actor: "me" },
    });
    expect(twice).toMatchObject({ status: 409 });
    await operator.untilState(id, "failed-to-start");
    expect(await words()).toEqual(new Set(["first"]));
    const env = { CONTROL_URL: controlled.plane.url, CANAREC_HOME: world.home };
    const { out: failed } = await canarec(["release", "status"], { env });
    expect(failed).toMatch(
      /failed-to-start.*Replicas: none\nMain is release 1\. Its replicas: r1-\d+ ready, runs since \d{4}-/s,
    );
    const late = await operator.api("POST", `/releases/${id}/promote`, {
      actor: "me",
      reason: "why not",
    });
    expect(late).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining("failed-to-start") as string },
    });
    const { rows } = await world.database.pool.query(
      "select action, outcome from audit_log order by audit_key",
    );
    expect(rows.at(-1)).toMatchObject({
      action: "promote",
      outcome: expect.stringContaining("refused") as string,
    });
  });
});
