import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "@canarec/load-balancer/runtimes/process/processes";
import {
  endReplicas,
  openProcessRuntime,
} from "@canarec/load-balancer/runtimes/process/process-runtime";
import type {
  ReplicaExit,
  ReplicaSpec,
  RunningReplica,
  Runtime,
} from "@canarec/load-balancer/runtimes/runtime";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../../servers.ts";
import { type SmallRepository, makeRepository } from "./small-build.ts";

const never = new AbortController().signal;
let folder: TemporaryFolder;
let repository: SmallRepository;
let runtime: Runtime;
let home: string;
let code: string;
const exits: ReplicaExit[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
  home = join(folder.path, "home");
  repository = makeRepository(join(folder.path, "repository"));
  code = repository.commit("first");
  runtime = open();
  runtime.onExit((exit) => exits.push(exit));
  await runtime.prepare(code, never);
});
afterAll(async () => {
  await endReplicas(home, 1_000);
  await runtime[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const open = () =>
  openProcessRuntime({
    repository: repository.folder,
    home,
    commandEnv: {},
    appliedMigrations: async () => ["0000_a"],
  });

const specOf = (name: string, changes: Partial<ReplicaSpec> = {}): ReplicaSpec => ({
  name,
  releaseId: 1,
  code,
  build: code,
  bundleId: "cd".repeat(32),
  env: { LOG_LEVEL: "info" },
  limits: { memoryMiB: 256 },
  ...changes,
});

async function ask(replica: RunningReplica, path = "/"): Promise<Record<string, unknown>> {
  for (let n = 0; ; n += 1) {
    try {
      return (await (await fetch(replica.url + path)).json()) as Record<string, unknown>;
    } catch (failure) {
      if (n === 200) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

describe("the process runtime", () => {
  it("finds commits, and says which ref is none", async () => {
    expect(await runtime.resolve("HEAD")).toBe(code);
    expect(await runtime.resolve("main")).toBe(code);
    for (const ref of ["no-such-branch", "--help", "HEAD; true"]) {
      await expect(runtime.resolve(ref)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("serves each build with its own workspaces, side by side", async () => {
    const other = repository.commit("second");
    await runtime.prepare(other, never);
    const first = await runtime.start(specOf("a-1"), never);
    const second = await runtime.start(specOf("a-2", { code: other, build: "b2" }), never);
    expect(await ask(first)).toMatchObject({ word: "first", build: code, bundle: "cd".repeat(32) });
    expect(await ask(second)).toMatchObject({ word: "second", build: "b2" });
    expect(await runtime.buildBundle(other, never)).toBe("ab".repeat(32));
    await runtime.stop("a-1", 2_000);
    await runtime.stop("a-2", 2_000);
    await expect(fetch(first.url)).rejects.toThrow();
    expect(exits).toEqual([]);
  });

  it("gives a replica nothing of our environment but what it is told", async () => {
    process.env["SECRET"] = "of the operator";
    const replica = await runtime.start(specOf("env"), never);
    expect((await ask(replica))["secret"]).toBeUndefined();
    delete process.env["SECRET"];
    await runtime.stop("env", 2_000);
  });

  it("starts and stops each name once", async () => {
    const once_ = await runtime.start(specOf("twice"), never);
    expect((await runtime.start(specOf("twice"), never)).url).toBe(once_.url);
    expect((await runtime.list()).map(({ name }) => name)).toContain("twice");
    await runtime.stop("twice", 2_000);
    await runtime.stop("twice", 2_000);
    expect((await runtime.list()).map(({ name }) => name)).not.toContain("twice");
  });

  it("tells of a replica that ends by itself, with its last lines", async () => {
    const replica = await runtime.start(specOf("crash"), never);
    await ask(replica);
    await fetch(`${replica.url}/crash`).catch(() => undefined);
    await expect
      .poll(() => exits.find(({ name }) => name === "crash"))
      .toMatchObject({
        reason: "ended with exit code 7",
        lastLines: ["listening", "about to crash"],
      });
    expect(await runtime.logTail("crash", 1)).toEqual(["about to crash"]);
  });

  it("ends a replica that does not want to", async () => {
    const replica = await runtime.start(specOf("deaf"), never);
    await ask(replica, "/deaf");
    await runtime.stop("deaf", 300);
    await expect(fetch(replica.url)).rejects.toThrow();
  });

  it("knows the memory of a replica", async () => {
    const replica = await runtime.start(specOf("memory"), never);
    await ask(replica);
    expect(await runtime.memoryMiB("memory")).toBeGreaterThan(10);
    await runtime.stop("memory", 2_000);
    expect(await runtime.memoryMiB("memory")).toBeUndefined();
  });

  it("finds replicas again whose control plane was killed, and hears of their end", async () => {
    const owner = fork(join(import.meta.dirname, "owner-process.ts"), {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, OWNER_HOME: home, OWNER_REPOSITORY: repository.folder },
    });
    owner.send(specOf("orphan"));
    const [started] = (await once(owner, "message")) as [RunningReplica];
    owner.kill("SIGKILL");
    await once(owner, "exit");
    const adopted = await runtime.adopt(started.handle);
    expect(adopted?.url).toBe(started.url);
    expect(await ask(started)).toMatchObject({ word: "first" });
    await fetch(`${started.url}/crash`).catch(() => undefined);
    await expect.poll(() => exits.find(({ name }) => name === "orphan")).toBeDefined();
    expect(await runtime.adopt(started.handle)).toBeUndefined();
    expect(await runtime.adopt({ anything: 1 })).toBeUndefined();
  });

  it("ends replicas whose supervisor is gone", async () => {
    const supervisor = fork(join(import.meta.dirname, "idle-process.mjs"));
    await once(supervisor, "spawn");
    await using supervised = openProcessRuntime({
      repository: repository.folder,
      home,
      commandEnv: {},
      appliedMigrations: async () => ["0000_a"],
      supervisor: { pid: supervisor.pid ?? 0 },
    });
    const replica = await supervised.start(specOf("supervised"), never);
    await ask(replica);
    const { guard } = replica.handle as { guard: { pid: number } };
    supervisor.kill("SIGKILL");
    await expect.poll(() => isRunning(guard), { timeout: 20_000 }).toBe(false);
    await expect(fetch(replica.url)).rejects.toThrow();
  });

  it("refuses a build that needs a newer schema", async () => {
    const entries = [{ tag: "0000_a" }, { tag: "0001_b" }];
    const newer = repository.commit("third", {
      "db-utils/drizzle/meta/_journal.json": JSON.stringify({ entries }),
    });
    await expect(runtime.prepare(newer, never)).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("0001_b") as string,
    });
  });

  it("says why a bundle could not be built", async () => {
    const broken = repository.commit("fourth", {
      "cli/bin/canarec.mjs": 'console.error("canarec: no such table"); process.exit(1);',
      "db-utils/drizzle/meta/_journal.json": JSON.stringify({ entries: [{ tag: "0000_a" }] }),
    });
    await runtime.prepare(broken, never);
    await expect(runtime.buildBundle(broken, never)).rejects.toThrow("no such table");
  });

  it("forgets builds that nobody needs, in the repository too", async () => {
    expect(await runtime.prune([code])).not.toContain(code);
    expect(existsSync(join(home, "builds", code))).toBe(true);
    expect(repository.git("worktree", "list").split("\n")).toHaveLength(2);
    expect(readFileSync(join(home, "builds", code, "package.json"), "utf8")).toContain(
      "workspaces",
    );
  });
});
