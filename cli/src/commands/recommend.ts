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
    .option("--url <address>", "public address, else the running cluster's")
    .addHelpText("after", examples("recommend 42", "recommend 42 --n 5 --explain"))
    .action(async (user: number, options: { n: number }) => {
      const { recommendAction } = await import("../recommend/recommend-action.ts");
      await recommendAction(context, user, options);
    });
}
