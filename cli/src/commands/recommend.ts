import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { wholeNumber } from "./parse-number.ts";

/** `canarec recommend USER`: ask the public address, as the platform does. */
export function addRecommendCommand(program: Command, context: CliContext): void {
  leaf(program, "recommend", "show what a user is recommended")
    .argument("<user>", "user id", wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option("--n <movies>", "how many", wholeNumber(1, 100), 20)
    .option("--explain", "with the watched movies or reasons behind each")
    .option(
      "--not <movie>",
      "why this movie is not in the user's list: filtered, rank and score by model",
    )
    .option("--bundle <id>", "with --not: by this bundle, not by the one that is served")
    .option("--url <address>", "public address, else the running cluster's")
    .addHelpText(
      "after",
      examples(
        "recommend 42",
        "recommend 42 --n 5 --explain",
        "recommend 42 --not alien+1979 --bundle newest",
      ),
    )
    .action(async (user: number, options: { n: number; not?: string; bundle?: string }) => {
      const { not, bundle } = options;
      if (not !== undefined) {
        const { notListedAction } = await import("../recommend/not-listed.ts");
        await notListedAction(context, user, { ...options, not });
        return;
      }
      if (bundle !== undefined) program.error("error: --bundle needs --not", { exitCode: 2 });
      const { recommendAction } = await import("../recommend/recommend-action.ts");
      await recommendAction(context, user, options);
    });
}
