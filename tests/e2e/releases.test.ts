import { canListProcesses, processesOf } from "../processes.ts";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ClusterFile, readClusterFile } from "@canarec/local-cluster/cluster-file";
import { freePort } from "@canarec/local-cluster/port";
import type { Runtime } from "@canarec/load-balancer/runtimes/runtime";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BUILD_LIMIT_MS, baseImage, docker, whyNoReplica } from "../container-engine.ts";
import { type Installation, openInstallation } from "../integration/runtimes/docker-world.ts";
import { type TemporaryFolder, temporaryFolder } from "../servers.ts";
import { type ClusterProcess, eventually, npmStart } from "./cluster-process.ts";
import { writeSmallCatalog } from "./small-catalog.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "..", "..");
const CLI = join(ROOT, "cli", "bin", "canarec.mjs");

interface Kind {
  readonly kind: Runtime["kind"];
  /** Why it cannot be tested here. */
  readonly why?: string | undefined;
}
const KINDS: readonly Kind[] = [{ kind: "process" }, { kind: "docker", why: whyNoReplica() }];

let folder: TemporaryFolder;
let installation: Installation | undefined;
let repository: string;
let home: string;
let cluster: ClusterProcess;
let file: ClusterFile;

const git = (...args: string[]) =>
  execFileSync(
    "git",
    ["-C", repository, "-c", "user.name=a", "-c", "user.email=a@localhost", ...args],
    { encoding: "utf8" },
  ).trim();

async function open(kind: Runtime["kind"]): Promise<void> {
  installation = kind === "docker" ? await openInstallation() : undefined;
  folder = temporaryFolder();
  repository = join(folder.path, "repository");
  home = join(folder.path, "home");
  execFileSync("git", ["clone", "--quiet", "--shared", ROOT, repository]);
  symlinkSync(join(ROOT, "node_modules"), join(repository, "node_modules"));
  await start();
}

async function close(): Promise<void> {
  const running = readClusterFile(home);
  if (running !== undefined) process.kill(running.pid, "SIGKILL");
  await eventually(() => !canListProcesses() || processesOf(folder.path).length === 0);
  await installation?.[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
}

const runtimeVariables = (): Record<string, string> =>
  installation === undefined
    ? {}
    : {
        ...{ CANAREC_RUNTIME: "docker", CANAREC_INSTALLATION: installation.installation },
        ...{ BASE_IMAGE: baseImage(), DOCKER_BUILD_NETWORK: "host" },
      };

/** Containers of ours, whether they run or not. */
function containers(): string {
  if (installation === undefined) return "";
  const label = `label=canarec.installation=${installation.installation}`;
  return docker("ps", "--all", "--quiet", "--filter", label).stdout;
}

async function start(): Promise<void> {
  const options = ["--no-simulator", "--port", String(await freePort())];
  const catalog = ["--catalog", writeSmallCatalog(folder.path)];
  cluster = npmStart(home, [...options, ...catalog], {
    ...{ RELEASE_REPOSITORY: repository, ...runtimeVariables() },
  });
  file = await cluster.ready();
}

/** Commit a change of a file. @returns the commit. */
function commit(path: string, change: (text: string) => string): string {
  const before = readFileSync(join(repository, path), "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(join(repository, path), after);
  git("commit", "--quiet", "--all", "--message", path);
  return git("rev-parse", "HEAD");
}

async function canarec(...args: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, [CLI, ...args, "--json", "--home", home]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

interface Status {
  readonly rollout: { readonly state: string };
  readonly replicas: readonly { readonly url: string; readonly ready: boolean }[];
  readonly transitions: readonly { readonly toState: string; readonly reason: string }[];
}

const statusOf = async (id: unknown) =>
  (await canarec("release", "status", String(id))) as unknown as Status;

const untilState = (id: unknown, ...states: string[]) =>
  eventually(async () => {
    const status = await statusOf(id);
    return states.includes(status.rollout.state) ? status : undefined;
  });

/** Ask as many users; every answer must be a list. @returns the builds that answered. */
async function builds(users = 20): Promise<Set<string>> {
  const found = new Set<string>();
  for (let user = 1; user <= users; user += 1) {
    const answer = await fetch(`${file.publicUrl}/recommend/${user}`);
    expect([answer.status, (await answer.text()).split(",").length]).toEqual([200, 20]);
    found.add(answer.headers.get("x-canarec-build") ?? "");
  }
  return found;
}

describe.each(KINDS)("releases of npm start, by the $kind runtime", ({ kind, why }) => {
  beforeAll(() => (why === undefined ? open(kind) : undefined), BUILD_LIMIT_MS);
  afterAll(() => (why === undefined ? close() : undefined));
  beforeEach(({ skip }) => skip(why !== undefined, why));

  it("serves the commit that is checked out", async () => {
    expect(await builds()).toEqual(new Set([git("rev-parse", "HEAD")]));
  });

  it("serves a build whose only change is in service-kit beside main, which does not change", async () => {
    const main = git("rev-parse", "HEAD");
    const changed = commit("service-kit/src/health.ts", (text) =>
      text.replace('status: "alive"', 'status: "alive and new"'),
    );
    const plan = await canarec("release", "plan", "--plan", "quick");
    expect(plan).toMatchObject({ plan: "quick", kind: "no-data" });
    const { releaseId } = await canarec("release", "submit", "--ref", "HEAD", "--plan", "quick");
    const { replicas } = await untilState(releaseId, "ramping");
    for (const { url } of replicas) {
      expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "alive and new" });
    }
    const mains = (await statusOf(1)).replicas;
    expect(mains.length).toBeGreaterThan(0);
    for (const { url } of mains) {
      expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "alive" });
    }
    expect([...(await builds(40))].filter((build) => ![main, changed].includes(build))).toEqual([]);

    const before = file.services["control-plane"]?.pid ?? 0;
    process.kill(before, "SIGKILL");
    expect((await builds()).size).toBeGreaterThan(0);
    await eventually(() => {
      const now = readClusterFile(home)?.services["control-plane"]?.pid;
      return now !== undefined && now !== before;
    });
    await eventually(() => statusOf(releaseId).catch(() => undefined));

    await canarec("release", "promote", String(releaseId), "--reason", "a test");
    await untilState(releaseId, "promoted");
    expect(await builds()).toEqual(new Set([changed]));
  });

  it("takes a build that crashes back, and users see nothing of it", async () => {
    const [main = ""] = await builds();
    commit("inference/src/main.ts", (text) => `${text}\n`.replace("await runService", CRASH));
    const { releaseId } = await canarec("release", "submit", "--ref", "HEAD", "--plan", "quick");
    const ended = await untilState(releaseId, "rolled-back", "failed-to-start");
    expect(ended.rollout.state).toBe("rolled-back");
    expect(ended.transitions.map(({ reason }) => reason).join()).toContain("exit code 3");
    expect(await builds()).toEqual(new Set([main]));
  });

  it("restores after a restart what was promoted, and leaves no process behind", async () => {
    const [main = ""] = await builds();
    process.kill(file.pid, "SIGINT");
    expect(await cluster.ended()).toBe(0);
    expect(!canListProcesses() || processesOf(folder.path).length === 0).toBe(true);
    expect(containers()).toBe("");
    await start();
    expect(await builds()).toEqual(new Set([main]));
    expect(existsSync(join(home, "builds", main))).toBe(kind === "process");
    expect(containers() === "").toBe(kind === "process");
  });
});

/** Some seconds after the replica was ready. */
const CRASH = `setTimeout(() => {
  console.error("about to crash");
  process.exit(3);
}, 15_000);
await runService`;
