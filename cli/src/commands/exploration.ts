import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { wholeNumber } from "./parse-number.ts";

/** Exposures are kept for 14 days, and the last of them is for what is taken. */
const MOST_DAYS = 13;

/** `canarec exploration`: what trying movies from beyond the lists earns. */
export function addExplorationCommand(program: Command, context: CliContext): void {
  leaf(program, "exploration", "what places that explore earn, and would earn by another rule")
    .option("--days <n>", "that end a day ago", wholeNumber(1, MOST_DAYS), 7)
    .addHelpText("after", examples("exploration", "exploration --days 13 --json"))
    .action(async (options: { days: number }) => {
      const { explorationAction } = await import("../exploration/exploration-action.ts");
      await explorationAction(context, options);
    });
}
