import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { table } from "@canarec/cli/output/table";
import type { ReleaseReport } from "@canarec/cli/release/control-api";
import type { TrainReport } from "@canarec/cli/train/train-report";
import { openDatabase } from "@canarec/db-utils/database";
import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { parsePlans } from "@canarec/load-balancer/rollout/plans";
import { readStates } from "@canarec/load-balancer/runtimes/process/replica-files";
import { isLive } from "@canarec/load-balancer/runtimes/process/replica-process";
import { parseBlend } from "@canarec/inference/models/blend/blend";
import { freePort } from "@canarec/local-cluster/port";
import type { VerdictRecord } from "@canarec/monitoring/analysis/judge";
import { loadCatalogue } from "@canarec/simulator/catalogue/load-catalogue";
import { simulatorConfig } from "@canarec/simulator/config";
import { type Platform, createPlatform } from "@canarec/simulator/world/platform";
import { npmStart } from "../e2e/cluster-process.ts";
import { LINES_PER_SECOND, TRAFFIC, commandsOf, say } from "./demo-cluster.ts";
import { writeHistory } from "./simulated-history.ts";
import { type Lists, type TrueShares, drawVisitors, trueShares } from "./true-effect.ts";

/**
 * From training to main, on a fresh cluster with the simulated platform: users with a history, a main of content neighbours
 * whose lists they choose from, `canarec train`, the offline gate, the canary by a plan like `quick` (policy superior), and the verdict against the
 * simulator's own truth:
 *
 *   npm run demo:learned
 *
 * Exit code 1 where the learned bundle is not promoted, or the truth lies outside the verdict's 95 % interval. Takes about
 * twenty minutes, and leaves nothing behind.
 */

/** Before the cluster began: about 24 visits a user. */
const HISTORY = { days: 30, visitsPerDay: 50_000 };
/** All that make lists; svd, which predicts ratings, takes longer than all of them. */
const MODELS =
  "popularity,content,item_knn,rp3beta,transitions,sequence,ease,ials,newness,approval";
/** Main recommends to users, who choose: what training weighs models by. */
const LISTS_MS = 360_000;
const SETTLE_MS = 30_000;
/** Those that the plan's evaluation sees mature, about. */
const TRUTH = { evaluations: 1, visits: 18_000 };
/** The replicas serve users meanwhile. */
const ASKED_AT_ONCE = 2;
/** Of a normal estimate, 95 % two-sided. */
const Z_95 = 1.96;

const HOW = ["--plan", "learned", "--policy", "superior"];
const PLANS = join(import.meta.dirname, "..", "..", "load-balancer", "plans.json");

const folder = mkdtempSync(join(tmpdir(), "canarec-demo-"));
const home = join(folder, "home");
const { canarec, submit, untilOver } = commandsOf(home);

/** The last verdict, recomputed from its record alone. */
interface Replayed {
  readonly record: VerdictRecord;
}

/** As the cluster's own simulator makes it. */
async function platformOf(postgresUrl: string): Promise<() => Platform> {
  const { seed, users } = simulatorConfig({
    DATABASE_URL: postgresUrl,
    KAFKA_BROKERS: "127.0.0.1:1",
    RECOMMEND_URL: "http://127.0.0.1:1",
    RATE: String(LINES_PER_SECOND),
  });
  await using database = await openDatabase(postgresUrl);
  const movies = await loadCatalogue(database);
  return () => createPlatform({ seed, users, movies });
}

/**
 * `quick`, but that lists may hold as few different movies as the release is better for: learned lists show fewer than lists of
 * neighbours, and whoever releases them declares so beforehand.
 */
function declaredPlan(): { readonly file: string; readonly plan: ReleasePlan } {
  const plans: unknown = JSON.parse(readFileSync(PLANS, "utf8"));
  const quick = parsePlans(plans).get("quick");
  if (quick === undefined) throw new Error("there is no plan quick");
  const plan = { ...quick, guardrails: { ...quick.guardrails, varietyMargin: 0.9 } };
  const file = join(folder, "plans.json");
  writeFileSync(file, JSON.stringify({ ...(plans as object), learned: plan }));
  return { file, plan };
}

/** What a release's replica answers each of these users now. */
async function listsOf(releaseId: number, users: readonly number[]): Promise<Lists> {
  const replica = readStates(home).find(
    (state) => isLive(state) && state.name.startsWith(`r${releaseId}-`),
  );
  if (replica === undefined) throw new Error(`no replica of release ${releaseId} runs`);
  const lists = new Map<number, readonly string[]>();
  const waiting = [...new Set(users)];
  const asker = async () => {
    for (let user = waiting.pop(); user !== undefined; user = waiting.pop()) {
      const answer = await fetch(`${replica.url}/recommend/${user}`);
      lists.set(user, (await answer.text()).split(","));
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, asker));
  return lists;
}

/** Users with a history, and a main of content neighbours whose lists they choose from. @returns its release. */
async function bringUpMain(platform: Platform): Promise<number> {
  const file = join(folder, "history.log");
  const visits = await writeHistory(file, platform, { endMs: Date.now() - 3_600_000, ...HISTORY });
  say(`${visits} visits of the past are replayed`);
  await canarec("stream", "replay", file);
  say("main: content neighbours, with what users did");
  const main = await submit("--ref", "HEAD", "--emergency");
  await untilOver(main);
  say("users choose from its lists");
  await sleep(LISTS_MS);
  return main;
}

/** @returns the bundle's id. */
async function train(): Promise<string> {
  say("training");
  const trained = (await canarec("train", "--models", MODELS)) as TrainReport;
  const { terms } = parseBlend(trained.blend);
  const weights = terms.map(({ signal, weight }) => `${signal} ${figure(weight)}`);
  say(`weights by ${trained.weighedLists} lists: ${weights.join(", ")}`);
  return trained.bundleId;
}

/** @returns whether all was as it should be. */
async function demonstrate(): Promise<boolean> {
  const port = String(await freePort());
  const { file, plan } = declaredPlan();
  const settings = { ...TRAFFIC, RELEASE_PLANS: file };
  const running = npmStart(home, ["--port", port, "--rate", String(LINES_PER_SECOND)], settings);
  const cluster = await running.ready();
  try {
    const make = await platformOf(cluster.postgresUrl);
    const main = await bringUpMain(make());
    const bundle = await train();
    await sleep(SETTLE_MS);
    const visitors = drawVisitors(make(), TRUTH);
    const learned = await submit("--ref", "HEAD", "--bundle", bundle, ...HOW);
    say(`release ${learned}: bundle ${bundle.slice(0, 12)}`);
    let truth: TrueShares | undefined;
    const report = await untilOver(learned, async (state) => {
      if (state !== "evaluating") return; // both builds answer now
      truth = trueShares(
        make,
        { ...plan, visitors },
        {
          main: await listsOf(main, visitors.flat()),
          nightly: await listsOf(learned, visitors.flat()),
        },
      );
    });
    if (truth === undefined) throw new Error(`it was never evaluated: ${report.rollout.state}`);
    const { record } = (await canarec("release", "replay", String(learned))) as Replayed;
    return tell(report, record, truth);
  } finally {
    process.kill(cluster.pid, "SIGINT");
    await running.ended();
  }
}

/** The verdict beside the truth. @returns whether the better build was promoted, by an interval that holds the truth. */
function tell(report: ReleaseReport, record: VerdictRecord, truth: TrueShares): boolean {
  const { difference, users } = record.evidence.primary;
  if (difference === null) throw new Error("the verdict has no difference");
  const real = truth.nightly - truth.main;
  const [from, to] = [
    difference.value - Z_95 * difference.se,
    difference.value + Z_95 * difference.se,
  ];
  const rows = [
    ["verdict", ...[difference.main, difference.nightly, difference.value, from, to].map(figure)],
    ["truth", ...[truth.main, truth.nightly, real].map(figure), "", ""],
  ];
  process.stdout.write(
    `${table(["watched_share", "content", "learned", "difference", "95 % from", "to"], rows)}\n`,
  );
  const { rollout, gate, verdict } = report;
  say(`gate: ${gate?.verdict ?? "none"}: ${gate?.reason ?? ""}`);
  say(`${rollout.state} by row ${verdict?.row ?? ""}: ${verdict?.reason ?? ""}`);
  say(`mature users: ${users.main} on main, ${users.nightly} on nightly`);
  return rollout.state === "promoted" && real > 0 && from <= real && real <= to;
}

const figure = (value: number) => value.toFixed(4);

try {
  process.exitCode = (await demonstrate()) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
