import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { allAlerts, monitoringFiles } from "../alerts.ts";
import { programsOrNot } from "../monitoring-programs.ts";
import { temporaryFolder } from "../servers.ts";
import { FAULTS, rangeToTell } from "./alerts-parts/own-troubles.ts";

const execute = promisify(execFile);
/** What Alertmanager waits for company before it tells, by severity; as in monitoring/alertmanager. */
const GROUP_WAIT_S = { page: 10, inform: 30 };
/** Faults of the tests begin after an hour; that of one, which asks for more history, after 25. */
const HOUR_S = 3_600;
const LATE_START_S = 25 * HOUR_S;

const RuleTests = z.looseObject({
  rule_files: z.array(z.string()),
  evaluation_interval: z.string(),
  tests: z.array(
    z.looseObject({
      name: z.string(),
      promql_expr_test: z.tuple([z.looseObject({ eval_time: z.string() })], z.looseObject({})),
    }),
  ),
});

/**
 * Of each trouble that monitoring tells of by itself: seconds from its fault to the look that tells of it, on a simulated
 * clock. Of each alert: seconds from its fault, as its test has it, to its message, by promtool's clock and the true rules.
 */
export async function run(): Promise<void> {
  for (const fault of FAULTS) {
    const [least, most] = rangeToTell(fault).map((seconds) => seconds.toFixed(1));
    process.stdout.write(`| \`${fault.kind}\` | ${fault.what} | ${least} to ${most} |\n`);
  }
  const { programs, why } = await programsOrNot();
  if (programs === undefined) throw new Error(why);
  const severities = new Map(allAlerts().map(({ alert, labels }) => [alert, labels.severity]));
  for (const file of monitoringFiles("prometheus/tests", ".test.yml")) {
    for (const { name, firesAtS } of await firingTimes(programs.promtool, file)) {
      const alert = name.split(" ")[0] ?? "";
      const severity = severities.get(alert) ?? "inform";
      const faultAtS = firesAtS >= LATE_START_S ? LATE_START_S : HOUR_S;
      const seconds = firesAtS - faultAtS + GROUP_WAIT_S[severity];
      const fault = name.slice(name.indexOf(":") + 2);
      process.stdout.write(`| \`${alert}\` | ${severity} | ${fault} | ${seconds} |\n`);
    }
  }
}

/** Asks promtool for nothing where something comes, and reads what came. */
async function firingTimes(promtool: string, file: string) {
  using folder = temporaryFolder();
  const asked = RuleTests.parse(parse(readFileSync(file, "utf8")));
  const firing = asked.tests.filter(({ name }) => name.includes(" fires:"));
  if (firing.length === 0) return [];
  const tests = firing.map((test) => {
    const alert = test.name.split(" ")[0] ?? "";
    const fired = `timestamp(ALERTS{alertname="${alert}", alertstate="firing"})`;
    const expr = `min(min_over_time(${fired}[90m:${asked.evaluation_interval}]))`;
    return { ...test, promql_expr_test: [{ ...test.promql_expr_test[0], expr, exp_samples: [] }] };
  });
  const path = join(folder.path, "tests.yml");
  const rules = asked.rule_files.map((rule) => join(dirname(file), rule));
  writeFileSync(path, stringify({ ...asked, rule_files: rules, tests }));
  const failure = await execute(promtool, ["test", "rules", path]).then(
    () => ({ stdout: "", stderr: "" }),
    (thrown: unknown) => thrown as { stdout: string; stderr: string },
  );
  const times = [...(failure.stdout + failure.stderr).matchAll(/\{\} ([\d.eE+]+)/g)];
  return firing.map(({ name }, index) => ({ name, firesAtS: Number(times[index]?.[1]) }));
}
