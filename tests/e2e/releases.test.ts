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
import { releaseStatus } from "./release-status.ts";
import { writeSmallCatalog } from "./small-catalog.ts";
import { isWrong, steadyLoad } from "../integration/load-balancer/steady-load.ts";
import pg from "pg";

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
/** Bare: where the engineers push. */
let origin: string;
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
  origin = join(folder.path, "origin.git");
  execFileSync("git", ["clone", "--quiet", "--bare", "--shared", "--no-tags", ROOT, origin]);
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
    ...{ TAG_REPOSITORY: origin, TAG_SECONDS: "1", RELEASE_PLAN: "quick" },
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

const statusOf = (id: unknown) => releaseStatus(home, Number(id));

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

const LINES = 3_000;
const SEEN_BEFORE = 200;

/** Send ratings, each of another user and movie, in the stream's own lines. */
function replay(from: number, to: number, ...args: string[]): Promise<Record<string, unknown>> {
  const lines = Array.from({ length: to - from }, (_, index) => {
    const n = from + index;
    const [user, movie, second] = [1 + Math.floor(n / 20), 1 + (n % 20), String(n % 60)];
    const time = `2026-01-01T00:00:${second.padStart(2, "0")}`;
    return `${time},${user},GET /rate/the+tale+of+${movie}=${3 + (n % 3)}\n`;
  });
  const path = join(folder.path, `ratings-${from}.log`);
  writeFileSync(path, lines.join(""));
  return canarec("stream", "replay", path, ...args);
}

async function rows<T extends object>(sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: file.postgresUrl });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

const rated = async () =>
  (
    await rows<{ n: number }>(
      "select count(*)::int as n from interactions where rating is not null",
    )
  )[0]?.n;

/** What a service says of itself, at the address that it has always had. */
async function alive(service: string): Promise<string> {
  const url = file.services[service]?.url ?? "";
  const answer = (await (await fetch(`${url}/healthz`)).json()) as { status: string };
  return answer.status;
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
    await replay(0, SEEN_BEFORE); // so that its bundle is another than main's, and the gate has something to look at
    // No more than this: what follows is nobody's command.
    git("tag", "release-recommender-nightly-1");
    git("push", "--quiet", origin, "release-recommender-nightly-1");
    const releaseId = await eventually(async () => {
      const status = await statusOf(2).catch(() => undefined);
      return status?.release.releaseId;
    });
    const { release, gate, replicas } = await untilState(releaseId, "ramping", "holding");
    expect(release.code).toBe(changed);
    expect(await canarec("release", "status", String(releaseId))).toMatchObject({ release, gate });
    expect(gate?.verdict).toMatch(/^(pass|no-data)$/);
    for (const { url } of replicas) {
      expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "alive and new" });
    }
    const mains = (await statusOf(1)).replicas;
    expect(mains.length).toBeGreaterThan(0);
    for (const { url } of mains) {
      expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: "alive" });
    }
    expect([...(await builds(40))].filter((build) => ![main, changed].includes(build))).toEqual([]);
    await eventually(async () => (await statusOf(releaseId)).verdict);
    // The tag was submitted: asked for once more, its release is looked at.
    const again = await canarec("release", "tag", "release-recommender-nightly-1");
    expect(again).toMatchObject({ release: { releaseId, code: changed } });

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

  it("replaces the parser and the load balancer by tags, without losing a line or a request", async ({
    skip,
  }) => {
    skip(kind !== "process", "services are processes of this machine whatever runs the replicas");
    const code = git("rev-parse", "HEAD");
    git("tag", "release-parser-1");
    git("tag", "release-load-balancer-1");
    await using load = steadyLoad(file.publicUrl, 3);
    const replayed = replay(SEEN_BEFORE, LINES, "--rate", "200");
    const parser = await canarec("release", "tag", "release-parser-1");
    expect(parser).toMatchObject({ service: "stream-parser", code, state: "serving" });
    expect(await alive("stream-parser")).toBe("alive and new");
    const balancer = await canarec("release", "tag", "release-load-balancer-1");
    expect(balancer).toMatchObject({ service: "load-balancer", code, state: "serving" });
    expect(await replayed).toMatchObject({ sent: LINES - SEEN_BEFORE, committed: true });
    const asked = await load.stop();
    expect(asked.filter(isWrong)).toEqual([]);
    expect(asked.length).toBeGreaterThan(100);
    expect(await canarec("stream", "status")).toMatchObject({ lag: 0, rejected: [] });
    expect(await rated()).toBe(LINES);
  });

  it("keeps a service whose next build does not become ready", async ({ skip }) => {
    skip(kind !== "process", "services are processes of this machine whatever runs the replicas");
    const before = readClusterFile(home)?.services["monitoring"]?.pid;
    commit("monitoring/src/main.ts", (text) => `process.exit(4);\n${text}`);
    const refused = canarec("release", "service", "monitoring", "--ref", "HEAD");
    await expect(refused).rejects.toThrow(/monitoring is rolled-back: monitoring-next ended/);
    expect(readClusterFile(home)?.services["monitoring"]?.pid).toBe(before);
    const { serviceReleases } = await canarec("release", "services");
    expect(serviceReleases).toMatchObject([
      { service: "monitoring", state: "rolled-back" },
      { service: "load-balancer", state: "serving", tag: "release-load-balancer-1" },
      { service: "stream-parser", state: "serving", tag: "release-parser-1" },
    ]);
    const audit =
      "select actor, outcome from audit_log where action = 'submit-service' order by at";
    expect(await rows(audit)).toMatchObject([
      { actor: "tag release-parser-1", outcome: "accepted" },
      { actor: "tag release-load-balancer-1", outcome: "accepted" },
      { outcome: "accepted" },
    ]);
    git("reset", "--quiet", "--hard", "HEAD~1");
  });

  it("takes a parser back that starts and then rejects every line", async ({ skip }) => {
    skip(kind !== "process", "services are processes of this machine whatever runs the replicas");
    commit("stream-parser/src/parsing/parse-line.ts", (text) =>
      text.replace("(afterTime < 0 || afterUser < 0)", "(afterTime < 1_000)"),
    );
    const taken = await canarec("release", "service", "stream-parser", "--ref", "HEAD");
    expect(taken).toMatchObject({ state: "serving" });
    await replay(0, 60);
    const newest = async () =>
      (await canarec("release", "services")) as { serviceReleases: { state: string }[] };
    await eventually(async () => (await newest()).serviceReleases[0]?.state === "rolled-back");
    expect((await newest()).serviceReleases).toMatchObject([
      {
        service: "stream-parser",
        reason: expect.stringMatching(/lines: \d+ of \d+ were bad/) as string,
      },
      { service: "monitoring", state: "rolled-back" },
      { service: "load-balancer", state: "serving" },
      { service: "stream-parser", state: "serving", tag: "release-parser-1" },
    ]);
    expect(await alive("stream-parser")).toBe("alive and new");
    expect(await replay(0, 60)).toMatchObject({ committed: true });
    expect(await canarec("stream", "status")).toMatchObject({
      ...{ lag: 0, rejected: [{ reason: "bad_shape" }] },
    });
    git("reset", "--quiet", "--hard", "HEAD~1");
  });

  it("restores after a restart what was promoted, and leaves no process behind", async () => {
    const [main = ""] = await builds();
    process.kill(file.pid, "SIGINT");
    expect(await cluster.ended()).toBe(0);
    expect(!canListProcesses() || processesOf(folder.path).length === 0).toBe(true);
    expect(containers()).toBe("");
    await start();
    expect(await builds()).toEqual(new Set([main]));
    if (kind === "process") expect(await alive("stream-parser")).toBe("alive and new");
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
