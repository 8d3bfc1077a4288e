// Thousands of releases through the whole policy in virtual time: what it kills, promotes and catches.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { SimulationPool } from "@canarec/cli/release/simulation-pool";
import { parsePlans } from "@canarec/load-balancer/rollout/plans";
import { characteristicsOf } from "@canarec/monitoring/simulation/characteristics";
import { JUDGES, type JudgeName } from "@canarec/monitoring/simulation/judges";
import { type Case, cases } from "./policy-parts/scenarios.ts";
import { promisesOf } from "./policy-parts/promises.ts";
import { type Measured, line, report } from "./policy-parts/report.ts";

/**
 * `npm run bench -- policy [--releases 2000] [--others 500] [--seed 1] [--processes N] [--only NAME,NAME]
 * [--judges policy,threshold,difference] [--json]`
 *
 * `--releases` for the cases with a promise, `--others` for the rest and for the threshold rules, which are put to
 * the same users.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      releases: { type: "string", default: "2000" },
      others: { type: "string", default: "500" },
      seed: { type: "string", default: "1" },
      processes: { type: "string", default: String(Math.max(1, availableParallelism() - 1)) },
      only: { type: "string" },
      judges: { type: "string", default: Object.keys(JUDGES).join(",") },
      json: { type: "boolean", default: false },
    },
  });
  const plan = parsePlans(JSON.parse(readFileSync(PLANS, "utf8"))).get("standard");
  if (plan === undefined) throw new Error("there is no plan standard");
  const numbers = { releases: Number(values.releases), others: Number(values.others) };
  const only = values.only?.split(",");
  const wanted = values.judges.split(",");
  const judges = (Object.keys(JUDGES) as JudgeName[]).filter((name) => wanted.includes(name));
  const asked = cases(plan).filter(({ name }) => only?.includes(name) !== false);
  using pool = new SimulationPool(Number(values.processes));
  const measured: Measured[] = [];
  for (const one of asked) {
    for (const judge of judges) {
      const releases = one.isPromise && judge === "policy" ? numbers.releases : numbers.others;
      const result = await measure(pool, one, { judge, releases, seed: Number(values.seed) });
      measured.push(result);
      process.stderr.write(`${line(result)}\n`);
    }
  }
  process.stdout.write(values.json ? `${JSON.stringify(measured, null, 2)}\n` : report(measured));
}

const PLANS = new URL("../../load-balancer/plans.json", import.meta.url);

async function measure(
  pool: SimulationPool,
  { name, what, scenario }: Case,
  by: { readonly judge: JudgeName; readonly releases: number; readonly seed: number },
): Promise<Measured> {
  const startMs = performance.now();
  const characteristics = characteristicsOf(await pool.run({ scenario, ...by }));
  const seconds = (performance.now() - startMs) / 1_000;
  const promises = by.judge === "policy" ? promisesOf(name, characteristics) : [];
  return { case: name, what, judge: by.judge, seconds, characteristics, promises };
}
