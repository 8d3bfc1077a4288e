import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withLock } from "./file-lock.ts";
import { occupyHome } from "./home.ts";
import { KeptPorts } from "./kept-ports.ts";
import { keptSecret } from "./secret.ts";

let home = "";
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "canarec-home-"))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("occupyHome", () => {
  it("refuses a home in which a cluster lives", async () => {
    // Stands for a cluster: known by its command line.
    const script = "setInterval(() => {}, 1000)";
    const other = spawn(process.execPath, ["-e", script, "local-cluster"]);
    await once(other, "spawn");
    writeFileSync(join(home, "cluster.lock"), String(other.pid));
    expect(() => occupyHome(home)).toThrow(`a cluster runs in ${home} already`);
    other.kill("SIGKILL");
    await once(other, "exit");
    using _mine = occupyHome(home);
  });

  it("takes over what a process that is no cluster, or none, is said to hold", async () => {
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { cwd: "/" });
    await once(other, "spawn");
    for (const content of [String(other.pid), "4194304", "", "x"]) {
      writeFileSync(join(home, "cluster.lock"), content);
      using _mine = occupyHome(home);
    }
    other.kill("SIGKILL");
  });

  it("says which home cannot be made", () => {
    writeFileSync(join(home, "file"), "");
    expect(() => occupyHome(join(home, "file", "home"))).toThrow(`cannot use ${home}`);
  });

  it.runIf(existsSync("/proc/self"))("refuses one where there can be none", () => {
    for (const there of ["/proc", "/proc/canarec", "/proc/canarec/home"]) {
      expect(() => occupyHome(there)).toThrow(`cannot use ${there}: ENOENT`);
    }
  });
});

describe("withLock", () => {
  it("lets one in at a time", async () => {
    const path = join(home, "lock");
    let inside = 0;
    let most = 0;
    const task = async () => {
      most = Math.max(most, (inside += 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside -= 1;
    };
    await Promise.all([withLock(path, task), withLock(path, task), withLock(path, task)]);
    expect(most).toBe(1);
  });

  it("takes a lock over whose holder has died", async () => {
    const path = join(home, "lock");
    writeFileSync(path, "4194304"); // beyond the largest process id of Linux
    expect(await withLock(path, async () => "done")).toBe("done");
  });
});

describe("KeptPorts", () => {
  it("chooses different ports, and the same again the next time", async () => {
    const names = ["a", "b", "c"];
    const chosen = await new KeptPorts(home).choose(names);
    expect(new Set(Object.values(chosen)).size).toBe(3);
    expect(await new KeptPorts(home).choose(names)).toEqual(chosen);
  });

  it("chooses anew where the file is damaged", async () => {
    writeFileSync(join(home, "ports.json"), '{"a":');
    expect((await new KeptPorts(home).choose(["a"]))["a"]).toBeGreaterThan(0);
  });
});

describe("keptSecret", () => {
  it("is made once, at random", () => {
    const [first, other] = [keptSecret(join(home, "one")), keptSecret(join(home, "two"))];
    expect(keptSecret(join(home, "one"))).toBe(first);
    expect(first).not.toBe(other);
    expect(first.length).toBeGreaterThanOrEqual(32);
  });
});
