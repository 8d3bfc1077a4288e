import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { positiveNumber, wholeNumber } from "./parse-number.ts";

/** `canarec stream …`: what comes from the platform, and what became of it. */
export function addStreamCommands(program: Command, context: CliContext): void {
  const group = program
    .command("stream")
    .description("replay a stream, and see how far it is read");
  leaf(group, "replay", "send a file to the stream, and wait until it is committed")
    .argument("<path>", "lines of the stream's contract, or a MovieLens ratings.csv")
    .addOption(
      new Option("--format <format>", "form of the file, else found by name and content").choices([
        "lines",
        "ratings",
      ]),
    )
    .option("--rate <lines>", "most lines a second; as fast as it goes if absent", positiveNumber)
    .option("--damaged", "send lines that are no event, too, instead of refusing the file")
    .option("--no-wait", "do not wait until the lines are committed")
    .addHelpText(
      "after",
      examples(
        "stream replay movielog.txt --rate 1000",
        "stream replay ml-latest-small/ratings.csv",
      ),
    )
    .action(async (path: string, options: { wait: boolean }) => {
      const { replayAction } = await import("../stream/replay-action.ts");
      await replayAction(context, path, options);
    });
  leaf(group, "status", "show lag, lines per second, and lines rejected by reason")
    .option("--seconds <seconds>", "over which the rate is measured", positiveNumber, 1)
    .addHelpText("after", examples("stream status", "stream status --seconds 10"))
    .action(async (options: { seconds: number }) => {
      const { statusAction } = await import("../stream/status-action.ts");
      await statusAction(context, options);
    });
  leaf(group, "rejections", "show lines that are no event, newest first, as they came")
    .option("--reason <reason>", "only those of this reason")
    .option("--limit <lines>", "most lines", wholeNumber(1, 100_000), 20)
    .addHelpText(
      "after",
      examples("stream rejections", "stream rejections --reason bad_time --limit 5"),
    )
    .action(async (options: { limit: number }) => {
      const { rejectionsAction } = await import("../stream/rejections-action.ts");
      await rejectionsAction(context, options);
    });
}
