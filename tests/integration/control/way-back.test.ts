import { readStates } from "@canarec/load-balancer/runtimes/process/replica-files";
import { isLive } from "@canarec/load-balancer/runtimes/process/replica-process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask as ask20, range, until } from "../load-balancer/load-balancer-under-test.ts";
import { BUNDLE, words } from "./control-under-test.ts";
import { type ControlledWorld, openControlledWorld } from "./controlled-world.ts";

let controlled: ControlledWorld;
let world: ControlledWorld["world"];
let operator: ControlledWorld["operator"];

beforeEach(async () => {
  controlled = await openControlledWorld();
  ({ world, operator } = controlled);
  await operator.untilServed();
});
afterEach(() => controlled[Symbol.asyncDispose]());

const ask = (id: number, kind: string) =>
  operator.api("POST", `/releases/${id}/${kind}`, { actor: "me", reason: "a test" });

/** Release a commit, and make it main at once. */
async function promote(word: string): Promise<number> {
  const id = await operator.submit(world.repository.commit(word));
  await operator.untilState(id, "evaluating");
  expect((await ask(id, "promote")).status).toBe(202);
  await operator.untilState(id, "promoted");
  await until(async () => (await words(world)).has(word));
  return id;
}

const replicasOf = (id: number) =>
  readStates(world.home).filter((state) => state.name.startsWith(`r${id}-`) && isLive(state));

describe("a release that was promoted", () => {
  it("is started again when all its replicas have crashed, one after the other", async () => {
    const id = await promote("second");
    for (const { pid, name } of replicasOf(id)) {
      process.kill(pid ?? 0, "SIGKILL");
      await until(() => !replicasOf(id).some((one) => one.name === name));
    }
    await until(() => replicasOf(id).length === 2);
    // In between users get the load balancer's own list.
    await until(async () => {
      const answers = await ask20(world.balancer.url, range(20), 4);
      return answers.every(({ movies }) => movies[0] === "second+0");
    });
    expect(await operator.rolloutOf(id)).toMatchObject({ state: "promoted" });
  });

  it("is taken back while another release is on its way, which is aborted", async () => {
    const second = await promote("second");
    const third = await operator.submit(world.repository.commit("third"));
    await operator.untilState(third, "evaluating");
    expect(replicasOf(1).length).toBeGreaterThan(0);
    expect((await ask(second, "rollback")).status).toBe(202);
    await operator.untilState(third, "aborted");
    await operator.untilState(second, "rolled-back");
    await until(async () => (await words(world)).size === 1);
    expect(await words(world)).toEqual(new Set(["first"]));
  });

  it("without a judgement can be taken back, too; the first main cannot", async () => {
    const first = await ask(1, "rollback");
    expect(first).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining("no main before") as string },
    });
    const commit = world.repository.commit("urgent");
    const body = { ref: commit, bundle: BUNDLE, plan: "emergency", emergency: true, actor: "me" };
    const { body: made } = await operator.api("POST", "/releases", body);
    const id = Number(made["releaseId"]);
    await operator.untilState(id, "promoted");
    await until(async () => (await words(world)).has("urgent"));
    expect((await ask(id, "rollback")).status).toBe(202);
    await operator.untilState(id, "rolled-back");
    await until(async () => (await words(world)).has("first"));
    expect((await ask(id, "rollback")).status).toBe(409);
  });

  it("gives way to an emergency even while it is evaluated; what waits is aborted at once", async () => {
    const second = await operator.submit(world.repository.commit("second"));
    await operator.untilState(second, "evaluating");
    const third = await operator.submit(world.repository.commit("third"));
    expect((await ask(third, "abort")).status).toBe(202);
    await operator.untilState(third, "aborted");
    expect(await operator.rolloutOf(second)).toMatchObject({ state: "evaluating" });
    const commit = world.repository.commit("urgent");
    const body = { ref: commit, bundle: BUNDLE, plan: "emergency", emergency: true, actor: "me" };
    const { body: made } = await operator.api("POST", "/releases", body);
    await operator.untilState(second, "aborted");
    await operator.untilState(Number(made["releaseId"]), "promoted");
    await until(async () => (await words(world)).size === 1);
    expect(await words(world)).toEqual(new Set(["urgent"]));
  });
});
