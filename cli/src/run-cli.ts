import { messageOf } from "@canarec/service-kit/errors";
import { CommanderError } from "commander";
import { commandRecord } from "./audit/record-command.ts";
import type { CliContext } from "./cli-context.ts";
import { createProgram } from "./program.ts";

/** 0: done. 1: it failed. 2: the command line is wrong. */
export type ExitCode = 0 | 1 | 2;

/** Run one command line. A failure is one line on `err`, with a stack where LOG_LEVEL is debug. */
export async function runCli(args: readonly string[], context: CliContext): Promise<ExitCode> {
  const record = commandRecord(context);
  try {
    await createProgram(context)
      .hook("preAction", (_program, command) => record.begin(command))
      .parseAsync([...args], { from: "user" });
    await record.end("done");
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    await record.end(`failed: ${oneLine(messageOf(thrown))}`);
    const message = context.signal.aborted ? "interrupted" : oneLine(messageOf(thrown));
    context.terminal.err(`canarec: ${message}\n`);
    const isDebugging = ["debug", "trace"].includes(context.env["LOG_LEVEL"] ?? "");
    if (isDebugging && thrown instanceof Error) {
      context.terminal.err(`${withoutPasswords(thrown.stack ?? "")}\n`);
    }
    return 1;
  }
}

function oneLine(text: string): string {
  return withoutPasswords(text).replace(/\s*\n\s*/g, "; ");
}

/** As the logs do it; not imported from there, because loading a logger takes longer than `--help`. */
function withoutPasswords(text: string): string {
  return text.replace(/(\w+:\/\/[^\s:/@]*):[^\s@/]*@/g, "$1:***@");
}
