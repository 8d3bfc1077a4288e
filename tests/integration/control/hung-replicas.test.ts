import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { watchLiveness } from "@canarec/load-balancer/control/watch-liveness";
import { readStates } from "@canarec/load-balancer/runtimes/process/replica-files";
import { isLive } from "@canarec/load-balancer/runtimes/process/replica-process";
import { createLogger } from "@canarec/service-kit/logging";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ask, range, until } from "../load-balancer/load-balancer-under-test.ts";
import { words } from "./control-under-test.ts";
import { type ControlledWorld, openControlledWorld } from "./controlled-world.ts";

let controlled: ControlledWorld;
let world: ControlledWorld["world"];
let operator: ControlledWorld["operator"];

async function openWorld(): Promise<void> {
  controlled = await openControlledWorld({
    env: { REPLICA_HANG_SECONDS: "3", MAIN_REPLICAS: "2" },
  });
  ({ world, operator } = controlled);
}

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

describe("watchLiveness", () => {
  it("finds one that takes connections and says nothing, while garbage is collected", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const server = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ended: string[] = [];
    const row = { name: "r1-1", releaseId: 1, runtime: "process", state: "ready" } as const;
    const member = { row: { ...row, url, handle: null, startedAt: new Date() }, url, ready: true };
    const collecting = setInterval(collect, 20);
    {
      await using _watch = watchLiveness({
        replicas: {
          serving: () => [member],
          endSilent: async (name, reason) => void ended.push(`${name} ${reason}`),
        },
        ...{ isLeading: () => true, hangMs: 3_000, nowMs: () => performance.now() },
        notices: { write: async () => undefined },
        log: createLogger("control-plane", "silent"),
      });
      await until(() => ended.length > 0);
    }
    clearInterval(collecting);
    server.closeAllConnections();
    server.close();
    expect(ended[0]).toBe("r1-1 gave no answer for 3 s");
  });
});

describe("replicas that hang", () => {
  beforeEach(openWorld);
  afterEach(() => controlled[Symbol.asyncDispose]());

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
