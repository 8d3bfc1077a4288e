import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { wholeNumber } from "./parse-number.ts";

const WHAT = {
  hide: "keep a movie out of a user's lists",
  unhide: "let it in again",
} as const;

/** `canarec hide USER MOVIE` and `canarec unhide USER MOVIE`: at the public address, as the platform does. */
export function addHideCommands(program: Command, context: CliContext): void {
  for (const what of ["hide", "unhide"] as const) {
    leaf(program, what, WHAT[what])
      .argument("<user>", "user id", wholeNumber(0, Number.MAX_SAFE_INTEGER))
      .argument("<movie>", "movie id")
      .option("--url <address>", "public address, else the running cluster's")
      .addHelpText("after", examples(`${what} 42 alien+1979`))
      .action(async (user: number, movie: string, options: { url?: string }) => {
        const { hideAction } = await import("../recommend/hide-action.ts");
        await hideAction(context, { ...options, what, user, movie });
      });
  }
}
