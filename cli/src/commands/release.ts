import { type Command, Option } from "commander";
import type { CliContext } from "../cli-context.ts";
import type { SubmitOptions } from "../release/release-actions.ts";
import type { DrillOptions } from "../release/drill-action.ts";
import { examples, leaf } from "./leaf.ts";
import { addSimulateCommand } from "./release-simulate.ts";
import { addTagCommands } from "./release-tag.ts";
import { releaseNumber, wholeNumber } from "./parse-number.ts";

const COMMANDS: Readonly<Record<string, string>> = {
  pause: "stop the decision's clock; users stay where they are",
  resume: "go on with a release that is held",
  promote: "make a release main without waiting for the judge",
  abort: "take a release back",
  rollback: "go back to the main before, while that is warm",
};

/** `canarec release …`: ship a build, watch it, decide for oneself. */
export function addReleaseCommands(program: Command, context: CliContext): void {
  const group = program.command("release").description("ship builds as canaries, and judge them");
  leaf(group, "submit", "queue a build: a commit, and the bundle that it builds")
    .option("--ref <ref>", "branch, tag or commit; main's own code unless given")
    .option("--bundle <id>", "serve this one (newest, or how its id begins), not a new one")
    .option("--plan <name>", "how it is served and judged: standard, or what --emergency asks for")
    .addOption(
      new Option("--policy <policy>", "what is to be shown; as the plan says unless given").choices(
        ["superior", "non-inferior"],
      ),
    )
    .option("--supersede", "take the place of a release that is not yet evaluated")
    .option("--force", "also where the traffic cannot show the margin")
    .option("--no-gate", "also where its bundle is worse on what users did; for the record")
    .option("--emergency", "make it main as soon as it is ready, unjudged")
    .addOption(
      new Option("--source <source>", "for the record")
        .choices(["cli", "schedule"])
        .default("cli")
        .hideHelp(),
    )
    .option("--wait", "until it is over; an error if it was not promoted")
    .addHelpText(
      "after",
      examples("release submit --ref HEAD", "release submit --ref v7 --plan quick"),
    )
    .action(async (options: SubmitOptions) => {
      const { submitAction } = await import("../release/release-actions.ts");
      await submitAction(context, options);
    });
  leaf(group, "plan", "what a plan can show with the traffic of the last 7 days")
    .option("--plan <name>", "the plan", "standard")
    .action(async (options: object) => {
      const { planAction } = await import("../release/plan-action.ts");
      await planAction(context, options);
    });
  addSimulateCommand(group, context);
  addDrill(group, context);
  addTagCommands(group, context);
  addLooks(group, context);
  for (const [kind, description] of Object.entries(COMMANDS)) {
    leaf(group, kind, description)
      .argument("<id>", "its number", releaseNumber)
      .requiredOption("--reason <reason>", "for the record")
      .action(async (id: string, options: { reason: string }) => {
        const { commandAction } = await import("../release/release-actions.ts");
        await commandAction(context, { kind, id }, options);
      });
  }
}

function addDrill(group: Command, context: CliContext): void {
  leaf(group, "drill", "release a bad build on purpose, and see how long it takes to be caught")
    .argument("<fault>", "crash, errors, slow, worse, and others: docs/releases.md")
    .option("--plan <name>", "how it is served and judged", "drill")
    .option("--minutes <minutes>", "with users, then it is aborted", wholeNumber(1, 1_440), 30)
    .addHelpText("after", examples("release drill crash", "release drill errors --minutes 60"))
    .action(async (fault: string, options: DrillOptions) => {
      const { drillAction } = await import("../release/drill-action.ts");
      await drillAction(context, fault, options);
    });
}

/** Commands that change nothing. */
function addLooks(group: Command, context: CliContext): void {
  leaf(group, "list", "list releases, newest first").action(async (options: object) => {
    const { listAction } = await import("../release/release-actions.ts");
    await listAction(context, options);
  });
  leaf(group, "status", "where a release stands, and why")
    .argument("[id]", "its number; what is under way, else the newest", releaseNumber)
    .option("--watch", "again and again until it is over")
    .action(async (id: string | undefined, options: object) => {
      const { statusAction } = await import("../release/release-actions.ts");
      await statusAction(context, id, options);
    });
  leaf(group, "explain", "every step of a release with its reason")
    .argument("<id>", "its number", releaseNumber)
    .action(async (id: string, options: object) => {
      const { explainAction } = await import("../release/release-actions.ts");
      await explainAction(context, id, options);
    });
  leaf(group, "replay", "recompute a verdict from its record alone")
    .argument("<id|file>", "number of a release, or file with a record")
    .action(async (source: string, options: object) => {
      const { replayAction } = await import("../release/release-actions.ts");
      await replayAction(context, source, options);
    });
}
