import { readStates } from "@canarec/load-balancer/runtimes/process/replica-files";
import { isLive } from "@canarec/load-balancer/runtimes/process/replica-process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, range, until } from "../load-balancer/load-balancer-under-test.ts";
import { words } from "./control-under-test.ts";
import { type ControlledWorld, openControlledWorld } from "./controlled-world.ts";

let controlled: ControlledWorld;
let world: ControlledWorld["world"];
let operator: ControlledWorld["operator"];

beforeEach(async () => {
  controlled = await openControlledWorld({
    env: { REPLICA_HANG_SECONDS: "3", MAIN_REPLICAS: "2" },
  });
  ({ world, operator } = controlled);
});
afterEach(() => controlled[Symbol.asyncDispose]());

const ready = async (id: number) => {
  const { body } = await operator.api("GET", `/releases/${id}`);
  const replicas = body["replicas"] as { name: string; ready: boolean }[];
  return replicas.filter((one) => one.ready).map(({ name }) => name);
};

/** Stop them as a debugger does, or a machine without memory: they hear nothing, and do not end. */
function freeze(names: readonly string[]): void {
  const states = readStates(world.home).filter((one) => names.includes(one.name) && isLive(one));
  expect(states).toHaveLength(names.length);
  for (const { pid } of states) process.kill(pid ?? 0, "SIGSTOP");
}

const reasons = async (names: readonly string[]) => {
  const { rows } = await world.database.pool.query<{ reason: string }>(
    `select detail ->> 'reason' as reason from replicas
     where name = any($1) and state = 'failed' order by name`,
    [names],
  );
  return rows.map(({ reason }) => reason);
};

describe("replicas that hang", () => {
  it("of main are replaced, and one of nightly takes its release back, with the reason told", async () => {
    await operator.untilServed();
    await until(async () => (await ready(1)).length === 2);
    const mains = await ready(1);
    freeze(mains);
    await until(async () => {
      const now = await ready(1);
      return now.length === 2 && !now.some((name) => mains.includes(name));
    });
    expect(readStates(world.home).filter(({ name }) => mains.includes(name))).toEqual([]);
    await until(async () => (await reasons(mains)).length === 2);
    expect(await reasons(mains)).toEqual(mains.map((name) => `${name} gave no answer for 3 s`));
    const { rows } = await world.database.pool.query<{ text: string }>(
      "select text from notices where notice_key = any($1)",
      [mains.map((name) => `replica-hung-${name}`)],
    );
    expect(rows).toHaveLength(2);
    await until(async () => {
      const answers = await ask(world.balancer.url, range(20), 4);
      return answers.every(({ movies }) => movies[0] === "first+0");
    });

    const id = await operator.submit(world.repository.commit("second"));
    await operator.untilState(id, "evaluating");
    freeze((await ready(id)).slice(0, 1));
    await operator.untilState(id, "rolled-back");
    const { body } = await operator.api("GET", `/releases/${id}`);
    const back = (body["transitions"] as { toState: string; reason: string }[]).find(
      ({ toState }) => toState === "rolling-back",
    );
    expect(back?.reason).toContain("gave no answer for 3 s");
    expect(await words(world)).toEqual(new Set(["first"]));
  });
});
