import { type Command, InvalidArgumentError } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { wholeNumber } from "./parse-number.ts";

/** Seeds are 32-bit; Postgres's are signed. */
const MOST_SEED = 2 ** 31 - 1;

/** `canarec train`: learn models from what users did, as a bundle. */
export function addTrainCommand(program: Command, context: CliContext): void {
  leaf(program, "train", "train models on all interactions, as a bundle")
    .option("--models <names>", "which, separated by commas; all unless given", names)
    .option("--since <time>", "learn only from interactions from then on (ISO 8601)", instant)
    .option("--seed <number>", "of everything that is drawn", wholeNumber(0, MOST_SEED), 1)
    .option("--threads <number>", "for products of matrices", wholeNumber(1, 64), 2)
    .addHelpText("after", examples("train", "train --models popularity,ease --seed 7"))
    .action(async (options: { seed: number; threads: number }) => {
      const { trainAction } = await import("../train/train-action.ts");
      await trainAction(context, options);
    });
}

function names(text: string): string[] {
  return text.split(",").filter((name) => name !== "");
}

function instant(text: string): Date {
  const at = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? new Date(text)
    : undefined;
  if (at !== undefined && !Number.isNaN(at.getTime())) return at;
  throw new InvalidArgumentError("Expected a day or a time with its zone, e.g. 2026-01-31.");
}
