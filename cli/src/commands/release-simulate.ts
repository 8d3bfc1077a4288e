import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import type { SimulateOptions } from "../release/simulate-action.ts";
import { examples, leaf } from "./leaf.ts";
import { numberFrom, positiveNumber, wholeNumber } from "./parse-number.ts";

const MOST_RELEASES = 100_000;
const MOST_PROCESSES = 256;

/** `canarec release simulate`: needs no cluster. */
export function addSimulateCommand(group: Command, context: CliContext): void {
  leaf(
    group,
    "simulate",
    "the whole policy in virtual time: what it would do to builds of known truth",
  )
    .option("--plan <name>", "the plan", "standard")
    .option("--plans <file>", "file of named plans instead of load-balancer/plans.json")
    .option("--policy <policy>", "superior or non-inferior, instead of the plan's")
    .option("--effect <list>", "true relative differences of users who watch, as -0.05,0,0.1")
    .option("--visits <n>", "visits begun an hour", positiveNumber)
    .option("--requests <n>", "mean requests of a visit", numberFrom(1, 60))
    .option(
      "--watch-rate <share>",
      "how often an answer of main's leads to a watch",
      numberFrom(0.001, 0.5),
    )
    .option(
      "--spread <share>",
      "how much users differ in that: 0.01 hardly, 0.5 very",
      numberFrom(0.001, 0.9),
    )
    .option(
      "--errors <share>",
      "first attempts on nightly that fail; 0.002 on main",
      numberFrom(0, 0.99),
    )
    .option("--releases <n>", "releases for each effect", wholeNumber(1, MOST_RELEASES), 100)
    .option("--seed <n>", "of everything drawn", wholeNumber(0, 2 ** 31), 1)
    .option(
      "--judge <judge>",
      "policy; threshold or difference for usual rules to compare with",
      "policy",
    )
    .option("--processes <n>", "at once; all cores but one", wholeNumber(1, MOST_PROCESSES))
    .addHelpText(
      "after",
      examples(
        "release simulate --visits 5000 --effect -0.05,0,0.05",
        "release simulate --plan quick --visits 60000 --errors 0.01 --effect 0",
      ),
    )
    .action(async (options: SimulateOptions) => {
      const { simulateAction } = await import("../release/simulate-action.ts");
      await simulateAction(context, options);
    });
}
