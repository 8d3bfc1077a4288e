import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { wholeNumber } from "./parse-number.ts";

/** `canarec catalog …`: fill the catalogue, embed it, and verify the vectors. */
export function addCatalogCommands(program: Command, context: CliContext): void {
  const group = program
    .command("catalog")
    .description("import movies, embed them, verify the vectors");
  leaf(group, "import", "import movies of a file, of every file of a folder, or of the demo")
    .argument("<path>", "file, folder, `demo`, or - for standard input")
    .addOption(
      new Option("--format <format>", "form of the file, else found by name and content").choices([
        "jsonl",
        "platform",
        "movielens",
        "demo",
      ]),
    )
    .option("--fill", "only fill what the catalogue does not know yet")
    .addHelpText(
      "after",
      examples(
        "catalog import demo",
        "catalog import movies.jsonl",
        "catalog import ml-latest-small/movies.csv --fill",
      ),
    )
    .action(async (path: string, options: object) => {
      const { importAction } = await import("../catalog/import-action.ts");
      await importAction(context, path, options);
    });
  leaf(group, "embed", "embed new and changed movies, then build neighbour lists")
    .addHelpText("after", examples("catalog embed", "catalog embed --json"))
    .action(async (options: object) => {
      const { embedAction } = await import("../catalog/embed-action.ts");
      await embedAction(context, options);
    });
  leaf(group, "verify", "find missing, stale and orphaned vectors")
    .option("--mend", "mend what is found")
    .option("--sample <vectors>", "vectors to compute again and compare", wholeNumber(1, 1_000_000))
    .addHelpText("after", examples("catalog verify", "catalog verify --mend"))
    .action(async (options: object) => {
      const { verifyAction } = await import("../catalog/verify-action.ts");
      await verifyAction(context, options);
    });
  leaf(group, "rebuild", "make the vectors anew from the database, beside what is served")
    .addHelpText("after", examples("catalog rebuild", "catalog rebuild --json"))
    .action(async (options: object) => {
      const { rebuildAction } = await import("../catalog/rebuild-action.ts");
      await rebuildAction(context, options);
    });
}
