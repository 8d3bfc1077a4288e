import { availableParallelism } from "node:os";
import path from "node:path";
import { Policy, type ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { parsePlans } from "@canarec/load-balancer/rollout/plans";
import {
  type Characteristics,
  characteristicsOf,
} from "@canarec/monitoring/simulation/characteristics";
import { JUDGES, type JudgeName } from "@canarec/monitoring/simulation/judges";
import { MOST_EFFECT, type Scenario, equalBuilds } from "@canarec/monitoring/simulation/scenario";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { z } from "zod";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { plotShares } from "../output/plot.ts";
import { printResult } from "../output/print.ts";
import { startProgress } from "../output/progress.ts";
import { table } from "../output/table.ts";
import { readJsonFile } from "../read-json-file.ts";
import { SimulationPool } from "./simulation-pool.ts";

/** Options of `canarec release simulate`, as the command line gives them. */
export interface SimulateOptions extends CommonOptions {
  readonly plan: string;
  readonly plans?: string;
  readonly policy?: string;
  readonly effect?: string;
  readonly visits?: number;
  readonly requests?: number;
  readonly watchRate?: number;
  readonly spread?: number;
  readonly errors?: number;
  readonly releases: number;
  readonly seed: number;
  readonly judge: string;
  readonly processes?: number;
}

interface Simulated {
  readonly plan: ReleasePlan;
  readonly judge: JudgeName;
  readonly releases: number;
  readonly seed: number;
  readonly traffic: Pick<
    Scenario,
    "visitsPerHour" | "requestsPerVisit" | "watchRate" | "spread" | "requestGapSeconds"
  >;
  readonly results: readonly { readonly effect: number; readonly found: Characteristics }[];
}

const PLANS = path.resolve(import.meta.dirname, "../../../load-balancer/plans.json");
const Judge = z.enum(Object.keys(JUDGES) as [JudgeName, ...JudgeName[]]);

/** `canarec release simulate` */
export async function simulateAction(context: CliContext, options: SimulateOptions): Promise<void> {
  const scenario = scenarioOf(context, options);
  const effects = effectsOf(options.effect, scenario.plan);
  const judge = choice(Judge, "--judge", options.judge);
  const { releases, seed } = options;
  const processes = options.processes ?? Math.max(1, availableParallelism() - 1);
  using pool = new SimulationPool(Math.min(processes, releases));
  context.signal.addEventListener("abort", () => pool[Symbol.dispose]());
  using progress = startProgress(context, options, "simulating releases");
  const results: Simulated["results"][number][] = [];
  for (const [index, effect] of effects.entries()) {
    const of = { scenario: { ...scenario, effect }, judge, releases, seed };
    const simulated = await pool.run(of, (done) => {
      progress.update(index * releases + done, effects.length * releases);
    });
    results.push({ effect, found: characteristicsOf(simulated) });
  }
  const { visitsPerHour, requestsPerVisit, watchRate, spread, requestGapSeconds } = scenario;
  const traffic = { visitsPerHour, requestsPerVisit, watchRate, spread, requestGapSeconds };
  const { plan } = scenario;
  printResult(context, options, { plan, judge, releases, seed, traffic, results }, inWords);
}

function scenarioOf(context: CliContext, options: SimulateOptions): Scenario {
  const equal = equalBuilds(planOf(context, options));
  const { failures } = equal.nightly;
  const errors = options.errors ?? failures.errors;
  return {
    ...equal,
    visitsPerHour: options.visits ?? equal.visitsPerHour,
    requestsPerVisit: options.requests ?? equal.requestsPerVisit,
    watchRate: options.watchRate ?? equal.watchRate,
    spread: options.spread ?? equal.spread,
    nightly: { ...equal.nightly, failures: { ...failures, errors } },
  };
}

function planOf(context: CliContext, options: SimulateOptions): ReleasePlan {
  const plans = readPlans(context, options.plans ?? PLANS);
  const plan = plans.get(options.plan);
  if (plan === undefined) {
    const known = [...plans.keys()].join(", ");
    throw new ServiceError("not_found", `there is no plan ${options.plan}: ${known}`);
  }
  if (options.policy === undefined) return plan;
  return { ...plan, policy: choice(Policy, "--policy", options.policy) };
}

function readPlans(context: CliContext, file: string): ReadonlyMap<string, ReleasePlan> {
  const written = readJsonFile(context, file);
  try {
    return parsePlans(written);
  } catch (cause) {
    const what = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new ServiceError("invalid_argument", `${file} holds no plans: ${what}`, { cause });
  }
}

function choice<T extends string>(of: z.ZodType<T>, option: string, text: string): T {
  const parsed = of.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new ServiceError("invalid_argument", `${option}: ${z.prettifyError(parsed.error)}`);
}

/** Without a wish: none, once and twice the margin, in both directions. */
function effectsOf(text: string | undefined, { margin }: ReleasePlan): number[] {
  const wished = text?.split(",").map(Number) ?? [-2, -1, 0, 1, 2].map((times) => times * margin);
  const effects =
    text === undefined ? wished.filter((one) => Math.abs(one) <= MOST_EFFECT) : wished;
  const wrong = effects.find((effect) => !(effect >= -1 && effect <= MOST_EFFECT));
  if (wrong === undefined) return effects;
  throw new ServiceError(
    "invalid_argument",
    `--effect: expected numbers from -1 to ${MOST_EFFECT}, with commas between them`,
  );
}

function inWords({ plan, judge, releases, seed, traffic, results }: Simulated): string {
  const users = results.find(({ found }) => found.usersPerTrack !== null)?.found;
  const seen =
    users === undefined
      ? "No release came to its decision."
      : `${Math.round(users.usersPerTrack ?? 0)} mature users a track at the first decision, of whom ${percent(users.mainShare ?? 0)} watched on main.`;
  const rows = results.map(({ effect, found: { endings, extended, secondsToKill, seconds } }) => [
    percent(effect),
    ...[endings.promoted, endings.killed, endings.worse, endings["not-sure"]].map(withInterval),
    ...[endings.invalid, endings["no-data"], extended].map(({ share }) => percent(share)),
    secondsToKill === null ? "" : duration(secondsToKill.median),
    seconds === null ? "" : duration(seconds.median),
  ]);
  const head = ["true effect", "promoted", "killed", "worse", "not sure", "invalid", "no data"];
  const curve = results.map(({ effect, found }): [number, number] => [
    Number((effect * 100).toFixed(2)),
    found.endings.promoted.share,
  ]);
  return [
    `${releases} releases for each true effect, by the plan ${plan.name} (${plan.policy}, margin ${percent(plan.margin)}), judged by the ${judge}, seed ${seed}.`,
    `${traffic.visitsPerHour} visits an hour of ${traffic.requestsPerVisit} requests. ${seen}`,
    "",
    table([...head, "extended", "until killed", "in all"], rows),
    ...(curve.length < 2 ? [] : ["", plotShares("promoted", "true effect, %", curve)]),
  ].join("\n");
}

function withInterval({ share, lower, upper }: { share: number; lower: number; upper: number }) {
  return `${percent(share)} (${(lower * 100).toFixed(0)}–${(upper * 100).toFixed(0)})`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function duration(seconds: number): string {
  return seconds < 7_200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
