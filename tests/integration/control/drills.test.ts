import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, commitFaultyBuild } from "@canarec/load-balancer/drills/faulty-build";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, range } from "../load-balancer/load-balancer-under-test.ts";
import { BREATH_MS, QUICK_GUARDRAILS, words } from "./control-under-test.ts";
import { type ControlledWorld, openControlledWorld } from "./controlled-world.ts";

/** Low, so that a leak reaches it soon; the small builds need a third of it. */
const MEMORY_MIB = 300;

let controlled: ControlledWorld;
let world: ControlledWorld["world"];
let operator: ControlledWorld["operator"];

beforeEach(async () => {
  controlled = await openControlledWorld({
    quick: { guardrails: { ...QUICK_GUARDRAILS, replicaMemoryMiB: MEMORY_MIB } },
    env: { REPLICA_READY_SECONDS: "8" },
  });
  ({ world, operator } = controlled);
});
afterEach(() => controlled[Symbol.asyncDispose]());

/** Release a bad version of main under load. @returns how it was taken back, and all answers of that time. */
async function drill(fault: Fault) {
  await operator.untilServed();
  const source = { repository: world.repository.folder, env: process.env };
  const id = await operator.submit(await commitFaultyBuild(source, world.first, fault));
  const answers: Awaited<ReturnType<typeof ask>> = [];
  let state = "";
  while (!["rolled-back", "failed-to-start"].includes(state)) {
    answers.push(...(await ask(world.balancer.url, range(40), 8)));
    state = String((await operator.rolloutOf(id))["state"]);
    await sleep(BREATH_MS);
  }
  const { body } = await operator.api("GET", `/releases/${id}`);
  const transitions = body["transitions"] as {
    toState: string;
    reason: string;
    evidence: unknown;
  }[];
  const taken = transitions.find(({ toState }) =>
    ["rolling-back", "failed-to-start"].includes(toState),
  );
  expect(await words(world)).toEqual(new Set(["first"]));
  return { state, reason: taken?.reason, evidence: JSON.stringify(taken?.evidence), answers };
}

const failed = (answers: Awaited<ReturnType<typeof ask>>) =>
  answers.filter(({ status, movies }) => status !== 200 || movies.length !== 20);

describe("a build that", () => {
  it.each<[Fault, RegExp]>([
    ["hang", /% of \d+ first attempts on nightly failed/],
    ["short", /% of \d+ first attempts on nightly failed/],
    ["html", /% of \d+ first attempts on nightly failed/],
    ["leak", /has \d+ MiB, above its limit of 300|more than/],
    ["crash", /ended with exit code 3/],
  ])("does %s is taken back", async (fault, reason) => {
    const drilled = await drill(fault);
    expect(drilled.state).toBe("rolled-back");
    expect(drilled.reason).toMatch(reason);
    expect(drilled.answers.length).toBeGreaterThan(0);
    // A short list is passed on: it is better than none.
    expect(failed(drilled.answers).filter(({ movies }) => movies.length !== 19)).toEqual([]);
    if (fault !== "short") expect(failed(drilled.answers)).toEqual([]);
  });

  it("listens and answers nobody has failed to start", async () => {
    const drilled = await drill("silent");
    expect(drilled.state).toBe("failed-to-start");
    expect(drilled.reason).toContain("was not ready within 8 s");
    expect(drilled.evidence).toContain("listening");
    expect(failed(drilled.answers)).toEqual([]);
  });

  it("is made bad leaves the branch and the files alone", async () => {
    const { repository, first } = world;
    const source = { repository: repository.folder, env: process.env };
    const commit = await commitFaultyBuild(source, "HEAD", "errors");
    expect(repository.git("rev-parse", "HEAD")).toBe(first);
    expect(repository.git("status", "--porcelain")).toBe("");
    expect(repository.git("rev-parse", `${commit}^`)).toBe(first);
    expect(await commitFaultyBuild(source, "HEAD", "errors")).toBe(commit);
    const changed = repository.git("diff", "--name-only", first, commit).split("\n");
    expect(changed).toEqual(["inference/src/fault.mjs", "inference/src/main.ts"]);
    await expect(commitFaultyBuild(source, "nowhere", "errors")).rejects.toThrow("no commit");
  });
});
