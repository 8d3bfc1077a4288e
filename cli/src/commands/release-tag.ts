import { type Command, Argument } from "commander";
import type { CliContext } from "../cli-context.ts";
import type { TagOptions } from "../release/tag-action.ts";
import type { ServiceOptions } from "../release/service-actions.ts";
import { examples, leaf } from "./leaf.ts";

/** Their names alone: help loads no schema. The control plane refuses any other. */
const SERVICES = ["stream-parser", "load-balancer", "monitoring"];

/** `canarec release tag`, `service` and `services`: what tags ask for, and builds of what is not the recommender. */
export function addTagCommands(group: Command, context: CliContext): void {
  leaf(group, "tag", "do what a tag asks for, and wait until it is accepted or refused")
    .argument("<name>", "release-recommender-nightly-7, release-parser-2: docs/releases.md")
    .option("--repository <path or address>", "that has it; where releases are of unless given")
    .option("--plan <name>", "how a nightly is served and judged", "standard")
    .option("--wait", "until it is over; an error if it was not promoted")
    .addHelpText("after", examples("release tag release-recommender-nightly-7 --wait"))
    .action(async (name: string, options: TagOptions) => {
      const { tagAction } = await import("../release/tag-action.ts");
      await tagAction(context, name, options);
    });
  leaf(group, "service", "replace a service by another build of it while it works")
    .addArgument(new Argument("<service>", "which").choices(SERVICES))
    .requiredOption("--ref <ref>", "branch, tag or commit")
    .addHelpText("after", examples("release service stream-parser --ref HEAD"))
    .action(async (service: string, options: ServiceOptions) => {
      const { serviceAction } = await import("../release/service-actions.ts");
      await serviceAction(context, service, options);
    });
  leaf(group, "services", "releases of services, newest first").action(async (options: object) => {
    const { listServicesAction } = await import("../release/service-actions.ts");
    await listServicesAction(context, options);
  });
}
