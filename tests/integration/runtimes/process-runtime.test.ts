import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "@canarec/load-balancer/runtimes/process/processes";
import { openProcessRuntime } from "@canarec/load-balancer/runtimes/process/process-runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ProcessWorld, openProcessWorld } from "./process-world.ts";
import { ask, never, specOf } from "./runtime-world.ts";

describe("worktrees and their processes", () => {
  let world: ProcessWorld;
  let code: string;

  beforeAll(async () => {
    world = await openProcessWorld();
    code = world.repository.commit("first");
  });
  afterAll(() => world[Symbol.asyncDispose]());

  it("ends replicas whose supervisor is gone", async () => {
    const supervisor = fork(join(import.meta.dirname, "idle-process.mjs"));
    await once(supervisor, "spawn");
    await using supervised = openProcessRuntime({
      ...world.options,
      supervisor: { pid: supervisor.pid ?? 0 },
    });
    await supervised.prepare(code, never);
    const replica = await supervised.start(specOf(code, "supervised"), never);
    await ask(replica);
    const { guard } = replica.handle as { guard: { pid: number } };
    supervisor.kill("SIGKILL");
    await expect.poll(() => isRunning(guard), { timeout: 20_000 }).toBe(false);
    await expect(fetch(replica.url)).rejects.toThrow();
  });

  it("forgets a build in the repository, too", async () => {
    await using runtime = world.open();
    const other = world.repository.commit("second");
    await runtime.prepare(code, never);
    await runtime.prepare(other, never);
    expect(await runtime.prune([code])).toEqual([other]);
    expect(world.repository.git("worktree", "list").split("\n")).toHaveLength(2);
    const kept = join(world.options.home, "builds", code, "package.json");
    expect(readFileSync(kept, "utf8")).toContain("workspaces");
  });
});
