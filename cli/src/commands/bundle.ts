import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";

/** `canarec bundle …`: what inference serves from. */
export function addBundleCommands(program: Command, context: CliContext): void {
  const group = program.command("bundle").description("build, list, verify and collect bundles");
  leaf(
    group,
    "build",
    "build a bundle of catalogue, neighbour lists and statistics as they are now",
  )
    .option("--no-learned", "neighbours alone: do not train as canarec train did")
    .addHelpText("after", examples("bundle build", "bundle build --no-learned"))
    .action(async (options: { learned: boolean }) => {
      const { buildAction } = await import("../bundle/build-action.ts");
      await buildAction(context, options);
    });
  leaf(group, "list", "list bundles, newest first")
    .addHelpText("after", examples("bundle list", "bundle list --json"))
    .action(async (options: object) => {
      const { listAction } = await import("../bundle/list-action.ts");
      await listAction(context, options);
    });
  leaf(group, "show", "show a bundle and verify every byte of it")
    .argument("[id]", "its id, or the beginning of it", "newest")
    .addHelpText("after", examples("bundle show", "bundle show 3f2a"))
    .action(async (id: string, options: object) => {
      const { showAction } = await import("../bundle/show-action.ts");
      await showAction(context, id, options);
    });
  leaf(group, "gc", "remove the bundles that no release, replica or training run may need")
    .option("--dry-run", "say what would go, and why the others stay")
    .addHelpText("after", examples("bundle gc --dry-run", "bundle gc --json"))
    .action(async (options: object) => {
      const { gcAction } = await import("../bundle/gc-action.ts");
      await gcAction(context, options);
    });
}
