import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { wholeNumber } from "./parse-number.ts";

const runNumber = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** `canarec runs …`: the diary of training. */
export function addRunsCommands(program: Command, context: CliContext): void {
  const group = program.command("runs").description("what was trained, how, and how well");
  leaf(group, "list", "list runs of training, newest first")
    .option("--limit <runs>", "how many", wholeNumber(1, 10_000), 20)
    .addHelpText("after", examples("runs list", "runs list --limit 100 --json"))
    .action(async (options: { limit: number }) => {
      const { listRunsAction } = await import("../runs/list-action.ts");
      await listRunsAction(context, options);
    });
  leaf(group, "show", "show one run: data, parameters, durations, measures")
    .argument("<run>", "its number", runNumber)
    .addHelpText("after", examples("runs show 7"))
    .action(async (run: number, options: object) => {
      const { showRunAction } = await import("../runs/show-action.ts");
      await showRunAction(context, run, options);
    });
  leaf(group, "compare", "compare runs: what differs, and a measure of each as a plot")
    .argument("<runs...>", "their numbers", (text: string, before: number[] | undefined) => [
      ...(before ?? []),
      runNumber(text),
    ])
    .option("--measure <name>", "what to plot", "ndcg@20")
    .addHelpText("after", examples("runs compare 5 7", "runs compare 5 6 7 --measure recall@20"))
    .action(async (runs: number[], options: { measure: string }) => {
      const [only] = runs;
      if (new Set(runs).size < 2)
        program.error(
          `error: there is nothing to compare run ${only ?? 0} with: name another, or see runs show ${only ?? 0}`,
          { exitCode: 2 },
        );
      const { compareRunsAction } = await import("../runs/compare-action.ts");
      await compareRunsAction(context, runs, options);
    });
}
