import { type Command, InvalidArgumentError } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { parseNames } from "./parse-names.ts";
import { wholeNumber } from "./parse-number.ts";

/** Seeds are 32-bit; Postgres's are signed. */
const MOST_SEED = 2 ** 31 - 1;

/** `canarec train`: learn models from what users did, as a bundle. */
export function addTrainCommand(program: Command, context: CliContext): void {
  leaf(program, "train", "train models on all interactions, as a bundle")
    .option("--models <names>", "which, separated by commas; all unless given", parseNames)
    .option("--since <time>", "learn only from interactions from then on (ISO 8601)", instant)
    .option(
      "--tune <time>",
      "first search for better parameters so long, e.g. 90s, 30m or 2h",
      span,
    )
    .option("--seed <number>", "of everything that is drawn", wholeNumber(0, MOST_SEED), 1)
    .option("--threads <number>", "for products of matrices", wholeNumber(1, 64), 2)
    .addHelpText(
      "after",
      examples("train", "train --models popularity,ease --seed 7", "train --tune 30m"),
    )
    .action(async (options: { seed: number; threads: number }) => {
      const { trainAction } = await import("../train/train-action.ts");
      await trainAction(context, options);
    });
}

function instant(text: string): Date {
  const at = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? new Date(text)
    : undefined;
  if (at !== undefined && !Number.isNaN(at.getTime())) return at;
  throw new InvalidArgumentError("Expected a day or a time with its zone, e.g. 2026-01-31.");
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Longest search: a timer holds no more. */
const MOST_MS = 2 ** 31 - 1;

/** In milliseconds. */
function span(text: string): number {
  const match = /^(\d{1,6})([smh])$/.exec(text);
  const ms = Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ""] ?? NaN);
  if (ms > 0 && ms <= MOST_MS) return ms;
  throw new InvalidArgumentError("Expected a number with its unit: 90s, 30m or 2h.");
}
