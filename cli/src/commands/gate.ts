import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import type { GateOptions } from "../gate/gate-action.ts";
import { examples, leaf } from "./leaf.ts";
import { numberFrom, positiveNumber, wholeNumber } from "./parse-number.ts";

const MOST_USERS = 1_000_000;

/** `canarec gate` and `canarec calibration`: what is known of a bundle before users see it, and how far that holds. */
export function addGateCommands(program: Command, context: CliContext): void {
  leaf(
    program,
    "gate",
    "hold a bundle against another on what users did; an error where it is worse",
  )
    .requiredOption("--main <bundle>", "its id, the beginning of it, or newest")
    .requiredOption("--candidate <bundle>", "the one that may be refused")
    .option("--loss-share <share>", "of main's mean that may be lost; 0.02", numberFrom(0, 1))
    .option("--level <share>", "of the intervals; 0.95", numberFrom(0.51, 0.999))
    .option("--least-users <n>", "fewer to test on are no data; 50", wholeNumber(2, MOST_USERS))
    .option(
      "--coverage-share <share>",
      "of main's coverage that must be left; 0.1",
      numberFrom(0, 1),
    )
    .option("--p99-ms <ms>", "budget of a list; 5", positiveNumber)
    .option("--slowdown <times>", "main's time that is never too slow; 1.5", numberFrom(1, 100))
    .option("--users <n>", "to test on, at most; 5000", wholeNumber(2, MOST_USERS))
    .option("--seed <n>", "of what is drawn; 1", wholeNumber(0, 2 ** 31 - 1))
    .option(
      "--threads <n>",
      "for products of matrices, where models are trained anew; 2",
      wholeNumber(1, 64),
    )
    .addHelpText("after", examples("gate --main 3f2a --candidate newest"))
    .action(async (options: GateOptions) => {
      const { gateAction } = await import("../gate/gate-action.ts");
      await gateAction(context, options);
    });
  leaf(program, "calibration", "how far the offline gate has foretold what canaries found")
    .addHelpText("after", examples("calibration", "calibration --json"))
    .action(async (options: object) => {
      const { calibrationAction } = await import("../gate/calibration-action.ts");
      await calibrationAction(context, options);
    });
}
