import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { wholeNumber } from "./parse-number.ts";

/** `canarec jobs`: the diary of what runs by the clock. */
export function addJobsCommand(program: Command, context: CliContext): void {
  leaf(program, "jobs", "show the last run of every scheduled job, or the runs of one")
    .argument("[job]", "its name")
    .option("--limit <runs>", "of one job, how many", wholeNumber(1, 10_000), 20)
    .addHelpText("after", examples("jobs", "jobs retention --limit 100 --json"))
    .action(async (job: string | undefined, options: { limit: number }) => {
      const { jobsAction } = await import("../jobs/jobs-action.ts");
      await jobsAction(context, job, options);
    });
}
