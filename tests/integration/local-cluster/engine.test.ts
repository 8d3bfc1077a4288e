import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../../servers.ts";

const ENGINE = join(import.meta.dirname, "../../../local-cluster/bootstrap/engine.mjs");
const SHELL = ["sh", "bash", "cat", "sleep", "setpriv", "setsid", "umount", "rm"];

let folder: TemporaryFolder;
let programs = "";

beforeEach(() => {
  folder = temporaryFolder();
  programs = join(folder.path, "programs");
  mkdirSync(programs);
  for (const name of SHELL) {
    const found = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
    if (found.status === 0) symlinkSync(found.stdout.trim(), join(programs, name));
  }
  program("docker", `[ "$1" = build ]`); // it can build, and no engine answers
});
afterEach(() => folder[Symbol.dispose]());

function program(name: string, script: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(programs, name), 0o755);
}

/** What openEngine comes to on a machine that has no programs but these. */
function open(options: object = {}) {
  const script = `
    import { openEngine } from ${JSON.stringify(ENGINE)};
    const said = [];
    const options = ${JSON.stringify({ mayInstall: true, isRoot: true, ...options })};
    const { env, stop } = await openEngine({ ...options, say: (line) => said.push(line) });
    await stop();
    console.log(JSON.stringify({ env, said }));`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", script],
    {
      encoding: "utf8",
      env: { PATH: programs, HOME: folder.path },
    },
  );
  expect(stderr).toBe("");
  return JSON.parse(stdout) as { env: Record<string, string>; said: string[] };
}

function expectReason(options: object, reason: RegExp): void {
  const { env, said } = open(options);
  expect(said).toEqual([expect.stringMatching(/^containers: their tests are skipped: /)]);
  expect(said[0]).toMatch(reason);
  expect(Object.keys(env)).toEqual(["CANAREC_NO_ENGINE"]);
  expect(env["CANAREC_NO_ENGINE"]).toMatch(reason);
}

describe("an engine for the tests", () => {
  it("is not started by a user who may not", () => {
    expectReason({ isRoot: false }, /needs root$/);
  });

  it("is not installed unless that is allowed, nor where there is no apt-get", () => {
    expectReason({ mayInstall: false }, /dockerd is not installed/);
    expectReason({}, /there is no apt-get$/);
  });

  it("says why it could not be installed", () => {
    program("apt-get", `[ "$1" != install ] || { echo "E: no such package" >&2; exit 100; }`);
    expectReason({}, /apt-get install failed: E: no such package$/);
  });

  it("is given up where it takes too long, and nothing of it runs on", () => {
    const pids = join(folder.path, "pids");
    program("apt-get", `[ "$1" = --version ] || { trap "" TERM; echo $$ >>${pids}; sleep 600; }`);
    expectReason({ limitMs: 1_500 }, /no engine was ready within 1.5 s$/);
    for (const pid of readFileSync(pids, "utf8").trim().split("\n")) {
      expect(existsSync(`/proc/${pid}`)).toBe(false);
    }
  });

  it("does not wait for a service that an installation leaves behind", () => {
    const pid = join(folder.path, "pid");
    program(
      "apt-get",
      `[ "$1" != install ] || { setsid sleep 600 & echo $! >${pid}; echo "E: none"; exit 1; }`,
    );
    expectReason({}, /apt-get install failed: E: none$/);
    process.kill(Number(readFileSync(pid, "utf8")), "SIGKILL");
  });

  it("says why it did not start, and removes what it left", () => {
    program("dockerd", `echo "failed to start daemon: no cgroups" >&2; exit 1`);
    expectReason({}, /dockerd did not start: failed to start daemon: no cgroups$/);
    program("dockerd", "exec sleep 600");
    expectReason({ limitMs: 1_500 }, /no engine was ready/);
    const left = spawnSync("ls", [join(folder.path, ".cache", "canarec")], { encoding: "utf8" });
    expect(left.stdout).toBe("");
  });

  it("takes the one that answers, with the base image that it has", () => {
    program("docker", "exit 0");
    expect(open({ isRoot: false })).toEqual({ env: {}, said: [] });
  });

  it("makes no base image without root", () => {
    program("docker", `[ "$1" != image ]`);
    expectReason({ isRoot: false }, /the base image \S+ is not here, and making one needs root$/);
  });
});
