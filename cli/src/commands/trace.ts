import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";

/** `canarec trace`: what became of one request. */
export function addTraceCommand(program: Command, context: CliContext): void {
  leaf(
    program,
    "trace",
    "show one answer: assignment, replica, attempts with their times, exposure",
  )
    .argument("<request-id>", "the x-request-id of the answer")
    .addHelpText("after", examples("trace 0b9f3c1e-6a55-4c0c-9a43-0d2c3f8f1b7a"))
    .action(async (requestId: string, options: object) => {
      const { traceAction } = await import("../trace/trace-action.ts");
      await traceAction(context, requestId, options);
    });
}
