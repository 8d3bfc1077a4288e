import { gateReportFixture } from "@canarec/inference/contract/gate-report-fixture";
import type { ReplicaExit, ReplicaSpec, Runtime } from "@canarec/load-balancer/runtimes/runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BUILD_LIMIT_MS, whyNoReplica } from "../../container-engine.ts";
import { openDockerWorld } from "./docker-world.ts";
import { openProcessWorld } from "./process-world.ts";
import { type RuntimeWorld, ask, never, specOf, startedByOwner } from "./runtime-world.ts";

interface Kind {
  readonly kind: Runtime["kind"];
  readonly make: () => Promise<RuntimeWorld>;
  /** Why it cannot be tested here. */
  readonly why?: string | undefined;
}

/** What holds for every runtime. */
const KINDS: readonly Kind[] = [
  { kind: "process", make: openProcessWorld },
  { kind: "docker", make: openDockerWorld, why: whyNoReplica() },
];

describe.each(KINDS)("the $kind runtime", ({ kind, make, why }) => {
  let world: RuntimeWorld;
  let runtime: Runtime;
  let code: string;
  const exits: ReplicaExit[] = [];

  beforeAll(async () => {
    if (why !== undefined) return;
    world = await make();
    code = world.repository.commit("first");
    runtime = world.open();
    runtime.onExit((exit) => exits.push(exit));
    await runtime.prepare(code, never);
  }, BUILD_LIMIT_MS);
  afterAll(async () => {
    if (why !== undefined) return;
    await runtime[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });
  beforeEach(({ skip }) => skip(why !== undefined, why));

  const start = (name: string, changes: Partial<ReplicaSpec> = {}) =>
    runtime.start(specOf(code, name, changes), never);
  const exitOf = (name: string) => exits.find((exit) => exit.name === name);

  it("finds commits, and says which ref is none", async () => {
    expect(runtime.kind).toBe(kind);
    expect(await runtime.resolve("HEAD")).toBe(code);
    expect(await runtime.resolve("main")).toBe(code);
    for (const ref of ["no-such-branch", "--help", "HEAD; true"]) {
      await expect(runtime.resolve(ref)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("serves each build with its own workspaces, side by side", async () => {
    const other = world.repository.commit("second");
    await runtime.prepare(other, never);
    const first = await start("a-1");
    const second = await start("a-2", { code: other, build: "b2" });
    expect(await ask(first)).toMatchObject({
      word: "first",
      build: code,
      bundle: "cd".repeat(32),
    });
    expect(await ask(second)).toMatchObject({ word: "second", build: "b2" });
    expect(await runtime.buildBundle(other, never)).toBe("ab".repeat(32));
    const bundles = { main: "ab".repeat(32), candidate: "cd".repeat(32) };
    expect(await runtime.runGate(code, bundles, never)).toBeUndefined();
    await runtime.stop("a-1", 2_000);
    await runtime.stop("a-2", 2_000);
    await expect(fetch(first.url)).rejects.toThrow();
    expect(exits).toEqual([]);
  });

  it("gives a replica nothing of our environment but what it is told", async () => {
    process.env["SECRET"] = "of the operator";
    const replica = await start("env");
    expect((await ask(replica))["secret"]).toBeUndefined();
    delete process.env["SECRET"];
    await runtime.stop("env", 2_000);
  });

  it("starts and stops each name once", async () => {
    const once_ = await start("twice");
    expect((await start("twice")).url).toBe(once_.url);
    expect((await runtime.list()).map(({ name }) => name)).toContain("twice");
    await runtime.stop("twice", 2_000);
    await runtime.stop("twice", 2_000);
    expect((await runtime.list()).map(({ name }) => name)).not.toContain("twice");
  });

  it("tells of a replica that ends by itself, with its last lines", async () => {
    const replica = await start("crash");
    await ask(replica);
    await fetch(`${replica.url}/crash`).catch(() => undefined);
    await expect
      .poll(() => exitOf("crash"), { timeout: 10_000 })
      .toMatchObject({
        reason: "ended with exit code 7",
        lastLines: ["listening", "about to crash"],
      });
    expect(await runtime.logTail("crash", 1)).toEqual(["about to crash"]);
    await runtime.stop("crash", 0);
  });

  it("ends a replica that does not want to", async () => {
    const replica = await start("deaf");
    await ask(replica, "/deaf");
    await runtime.stop("deaf", 300);
    await expect(fetch(replica.url)).rejects.toThrow();
    expect(exitOf("deaf")).toBeUndefined();
  });

  it("knows the memory of a replica", async () => {
    const replica = await start("memory");
    await ask(replica);
    expect(await runtime.memoryMiB("memory")).toBeGreaterThan(10);
    await runtime.stop("memory", 2_000);
    expect(await runtime.memoryMiB("memory")).toBeUndefined();
  });

  it("ends a replica that outgrows its memory, and says so", async () => {
    const replica = await start("greedy", { limits: { memoryMiB: 64 } });
    await ask(replica);
    await fetch(`${replica.url}/grow`).catch(() => undefined);
    await expect
      .poll(() => exitOf("greedy"), { timeout: 30_000 })
      .toMatchObject({ reason: "outgrew its memory of 352 MiB" });
    await runtime.stop("greedy", 0);
  });

  it("finds replicas again whose control plane was killed, and hears of their end", async () => {
    const started = await startedByOwner(world, specOf(code, "orphan"));
    const adopted = await runtime.adopt(started.handle);
    expect(adopted?.url).toBe(started.url);
    expect(await ask(started)).toMatchObject({ word: "first" });
    await fetch(`${started.url}/crash`).catch(() => undefined);
    await expect.poll(() => exitOf("orphan"), { timeout: 10_000 }).toBeDefined();
    expect(await runtime.adopt(started.handle)).toBeUndefined();
    expect(await runtime.adopt({ anything: 1 })).toBeUndefined();
    await runtime.stop("orphan", 0);
  });

  it("refuses a build that needs a newer schema", async () => {
    const entries = [{ tag: "0000_a" }, { tag: "0001_b" }];
    const newer = world.repository.commit("third", {
      "db-utils/drizzle/meta/_journal.json": JSON.stringify({ entries }),
    });
    await expect(runtime.prepare(newer, never)).rejects.toMatchObject({
      code: "failed_precondition",
      message: expect.stringContaining("0001_b") as string,
    });
  });

  it("says why a bundle could not be built", async () => {
    const broken = world.repository.commit("fourth", {
      "cli/bin/canarec.mjs": 'console.error("canarec: no such table"); process.exit(1);',
      "db-utils/drizzle/meta/_journal.json": JSON.stringify({ entries: [{ tag: "0000_a" }] }),
    });
    await runtime.prepare(broken, never);
    await expect(runtime.buildBundle(broken, never)).rejects.toThrow("no such table");
    const bundles = { main: "ab".repeat(32), candidate: "cd".repeat(32) };
    await expect(runtime.runGate(broken, bundles, never)).rejects.toThrow("no such table");
  });

  it("reads what a build's own gate says, also where it refuses", async () => {
    const report = gateReportFixture({ verdict: "fail" });
    const gate = world.repository.commit("fifth", {
      "cli/bin/canarec.mjs": `console.log(${JSON.stringify(JSON.stringify(report))}); process.exitCode = 1;`,
    });
    await runtime.prepare(gate, never);
    const bundles = { main: report.main.bundleId, candidate: report.candidate.bundleId };
    expect(await runtime.runGate(gate, bundles, never)).toEqual(report);
  });

  it("forgets builds that nobody needs", async () => {
    const old = world.repository.git("rev-parse", "HEAD");
    const forgotten = await runtime.prune([code]);
    expect(forgotten).toContain(old);
    expect(forgotten).not.toContain(code);
    expect(await runtime.prune([code])).toEqual([]);
    const replica = await start("kept");
    expect(await ask(replica)).toMatchObject({ word: "first" });
    await runtime.stop("kept", 2_000);
  });
});
