import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import type { DigestOptions } from "../digest/digest-action.ts";
import { examples, leaf } from "./leaf.ts";

/** `canarec digest`: a day in a few lines. */
export function addDigestCommand(program: Command, context: CliContext): void {
  leaf(
    program,
    "digest",
    "show a day: traffic, availability, quality, what shipped, what was rejected",
  )
    .option("--day <day>", "a day of UTC, as 2026-03-01; yesterday unless given")
    .option("--tell", "tell the operators, once for each day")
    .addHelpText("after", examples("digest", "digest --day 2026-03-01 --json"))
    .action(async (options: DigestOptions) => {
      const { digestAction } = await import("../digest/digest-action.ts");
      await digestAction(context, options);
    });
}
