import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ReleaseReport } from "@canarec/cli/release/control-api";
import { table } from "@canarec/cli/output/table";
import { type Fault, commitFaultyBuild } from "@canarec/load-balancer/drills/faulty-build";
import type { ClusterFile } from "@canarec/local-cluster/cluster-file";
import { freePort } from "@canarec/local-cluster/port";
import pg from "pg";
import { npmStart } from "../e2e/cluster-process.ts";
import { LINES_PER_SECOND, TRAFFIC, commandsOf, say } from "./demo-cluster.ts";

/**
 * Five builds of known truth through the plan `quick`, on a fresh cluster with the simulated platform:
 *
 *   npm run demo:release
 *
 * Main begins as a build that recommends any of 300 movies. Exit code 1 where a verdict is not what the truth
 * asks for. Takes about a quarter of an hour, and leaves nothing behind.
 */

const ROOT = join(import.meta.dirname, "..", "..");
/** Of lines, before the first release: everything is warm, and users are known. */
const SETTLE_MS = 30_000;

interface Trial {
  readonly name: string;
  readonly truth: string;
  readonly policy: "superior" | "non-inferior";
  /** How it may end. */
  readonly right: readonly string[];
  /** The commit to release, over the main that is served now. */
  readonly commit: (main: string) => Promise<string> | string;
}

const folder = mkdtempSync(join(tmpdir(), "canarec-demo-"));
const repository = join(folder, "repository");
const home = join(folder, "home");
const git = (...args: string[]) =>
  execFileSync(
    "git",
    ["-C", repository, "-c", "user.name=demo", "-c", "user.email=demo@localhost", ...args],
    { encoding: "utf8" },
  ).trim();
const faulty = (fault: Fault) => (main: string) =>
  commitFaultyBuild({ repository, env: process.env }, main, fault);

execFileSync("git", ["clone", "--quiet", "--shared", ROOT, repository]);
symlinkSync(join(ROOT, "node_modules"), join(repository, "node_modules"));
const checkedOut = git("rev-parse", "HEAD");

const TRIALS: readonly Trial[] = [
  {
    name: "better",
    truth: "what is checked out, after movies at random",
    policy: "superior",
    right: ["promoted"],
    commit: () => checkedOut,
  },
  {
    name: "equal",
    truth: "another commit of the same code",
    policy: "non-inferior",
    right: ["promoted"],
    commit(main) {
      git("checkout", "--quiet", "--detach", main);
      writeFileSync(join(repository, "README.md"), "Equal.\n");
      git("commit", "--quiet", "--all", "--message", "Another commit of the same code");
      return git("rev-parse", "HEAD");
    },
  },
  {
    name: "worse",
    truth: "the worst-rated movies",
    policy: "non-inferior",
    right: ["rolled-back"],
    commit: faulty("worse"),
  },
  {
    name: "errors",
    truth: "1 % of its requests fail",
    policy: "non-inferior",
    right: ["rolled-back"],
    commit: faulty("errors"),
  },
  {
    name: "crash",
    truth: "ends after some requests",
    policy: "non-inferior",
    right: ["rolled-back"],
    commit: faulty("crash"),
  },
];

const { submit, untilOver } = commandsOf(home);

/** The build that serves while no release is under way. */
async function mainOf(publicUrl: string): Promise<string> {
  const answer = await fetch(`${publicUrl}/recommend/1`);
  await answer.text();
  return answer.headers.get("x-canarec-build") ?? "";
}

interface Result {
  readonly one: Trial;
  readonly report: ReleaseReport;
  /** From its submission until it was over. */
  readonly seconds: number;
  /** The platform's requests in that time, and those that it counts as failed. */
  readonly asked: number;
  readonly failed: number;
}

async function trial(one: Trial, cluster: ClusterFile): Promise<Result> {
  const commit = await one.commit(await mainOf(cluster.publicUrl));
  const [sinceMs, from] = [performance.now(), new Date()];
  const releaseId = await submit("--ref", commit, "--plan", "quick", "--policy", one.policy);
  say(`${one.name}: release ${releaseId}, ${one.truth}`);
  const report = await untilOver(releaseId);
  const seconds = (performance.now() - sinceMs) / 1_000;
  return { one, report, seconds, ...(await answersSince(cluster.postgresUrl, from)) };
}

/** As the platform logs them: late, refused and short ones have failed. */
async function answersSince(databaseUrl: string, from: Date) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ asked: number; failed: number }>(
      `select count(*)::int as asked,
         count(*) filter (where status <> 200 or cardinality(list) <> 20)::int as failed
       from platform_answers where answered_at >= $1`,
      [from],
    );
    return rows[0] ?? { asked: 0, failed: 0 };
  } finally {
    await client.end();
  }
}

function resultRow({ one, report, seconds, asked, failed }: Result): (string | number)[] {
  const { rollout, transitions, verdict } = report;
  const why = transitions.findLast(({ toState }) =>
    ["promoting", "rolling-back", "failed-to-start"].includes(toState),
  );
  return [
    ...[one.name, one.truth, rollout.state, one.right.includes(rollout.state) ? "right" : "WRONG"],
    ...[verdict === null ? "" : String(verdict.row), Math.round(seconds)],
    ...[asked, failed, why?.reason ?? ""],
  ];
}

async function demonstrate(): Promise<boolean> {
  git("checkout", "--quiet", "--detach", await faulty("random")(checkedOut));
  const port = String(await freePort());
  const running = npmStart(home, ["--port", port, "--rate", String(LINES_PER_SECOND)], {
    ...TRAFFIC,
    RELEASE_REPOSITORY: repository,
  });
  const cluster = await running.ready();
  try {
    say("the cluster is ready; users come");
    await sleep(SETTLE_MS);
    const results: Result[] = [];
    for (const one of TRIALS) results.push(await trial(one, cluster));
    const head = ["build", "truth", "ended", "", "row", "s", "answers", "failed", "why"];
    process.stdout.write(`${table(head, results.map(resultRow))}\n`);
    return results.every(({ one, report }) => one.right.includes(report.rollout.state));
  } finally {
    process.kill(cluster.pid, "SIGINT");
    await running.ended();
  }
}

try {
  process.exitCode = (await demonstrate()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
