import type { Protocol } from "@canarec/inference/evaluation/split";
import { type Command, InvalidArgumentError } from "commander";
import type { CliContext } from "../cli-context.ts";
import type { EvaluateCommandOptions } from "../evaluate/command-options.ts";
import { examples, leaf } from "./leaf.ts";
import { parseNames } from "./parse-names.ts";
import { wholeNumber } from "./parse-number.ts";

const MOST_SEED = 2 ** 31 - 1;
const MOST_SEEDS = 100;

/** Each protocol; as an object, so that none can be missing. */
const IS_PROTOCOL: Readonly<Record<Protocol, true>> = {
  strong: true,
  weak: true,
  temporal: true,
  "leave-one-out": true,
  gorse: true,
};
const PROTOCOLS = Object.keys(IS_PROTOCOL).join(", ");

/** `canarec evaluate`: how well models find what was hidden from them. */
export function addEvaluateCommand(program: Command, context: CliContext): void {
  leaf(program, "evaluate", "measure models on interactions that are hidden from them")
    .option("--data <folder>", "folder of MovieLens; the cluster's interactions unless given")
    .option("--protocol <name>", PROTOCOLS, protocolOf, "weak")
    .option(
      "--models <names>",
      "separated by commas, blend among them; all unless given",
      parseNames,
    )
    .option("--bundle <id>", "instead the models of a bundle, on what came after it")
    .option("--config <file>", "JSON: parameters by model that differ from the defaults")
    .option("--liked <stars>", "of five: from so many on a movie was liked", starsOf, 4)
    .option("--held-out <users>", "of the strong protocol; a tenth", wholeNumber(1, MOST_SEED))
    .option("--k <movies>", "length of the lists that are measured", wholeNumber(1, 1_000), 20)
    .option("--seed <n>", "of everything drawn", wholeNumber(0, MOST_SEED), 1)
    .option("--seeds <n>", "so many splits, averaged by user", wholeNumber(1, MOST_SEEDS), 1)
    .option("--against <model>", "with each one's difference from it, user by user")
    .option("--slices", "with --against: by kinds of users and movies, too")
    .option("--reference", "instead the table of others' figures beside ours")
    .option("--folds <n>", "instead RMSE and MAE of predicted ratings", wholeNumber(2, MOST_SEEDS))
    .option("--grid <file>", "with --folds: JSON, values to try by parameter of svd")
    .option("--threads <n>", "for products of matrices", wholeNumber(1, 64), 2)
    .addHelpText(
      "after",
      examples(
        "evaluate --data ml-latest-small --models popularity,ease,blend --against ease",
        "evaluate --protocol temporal --json",
        "evaluate --data ml-latest-small --reference",
        "evaluate --data ml-latest-small --folds 5",
      ),
    )
    .action(async (options: EvaluateCommandOptions) => {
      const { evaluateAction } = await import("../evaluate/evaluate-action.ts");
      await evaluateAction(context, options);
    });
}

function protocolOf(text: string): Protocol {
  if (isProtocol(text)) return text;
  throw new InvalidArgumentError(`Expected one of ${PROTOCOLS}.`);
}

function isProtocol(text: string): text is Protocol {
  return Object.hasOwn(IS_PROTOCOL, text);
}

function starsOf(text: string): number {
  const stars = /^\d(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (stars > 0 && stars <= 5) return stars;
  throw new InvalidArgumentError("Expected a number above 0, at most 5.");
}
