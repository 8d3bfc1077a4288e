import { messageOf } from "@canarec/service-kit/errors";
import type { Job } from "./job-table.ts";
import type { CommandEnd } from "./run-command.ts";

/** Run one command for at most so long. */
export type RunStep = (args: readonly string[], limitMs: number) => Promise<CommandEnd>;

/**
 * Run a job's command, then each that follows from what the one before printed; the first that fails is the last. All of
 * them share the job's limit. Never rejects.
 *
 * @returns what a single command printed, or what each of several did, in order.
 */
export async function runSteps(
  { command, next = [], limitMs }: Pick<Job, "command" | "next" | "limitMs">,
  run: RunStep,
  nowMs: () => number,
): Promise<CommandEnd> {
  const startMs = nowMs();
  const outputs: unknown[] = [];
  let args: readonly string[] = command;
  for (const following of [...next, undefined]) {
    const leftMs = limitMs - (nowMs() - startMs);
    if (leftMs <= 0) return { ok: false, reason: `no time left for ${args.join(" ")}` };
    const end = await run(args, leftMs);
    if (!end.ok)
      return { ok: false, reason: next.length > 0 ? `${args[0]}: ${end.reason}` : end.reason };
    outputs.push(end.output);
    if (following === undefined) break;
    try {
      args = following(end.output);
    } catch (thrown) {
      return { ok: false, reason: `${args[0]}: ${messageOf(thrown)}` };
    }
  }
  return { ok: true, output: outputs.length === 1 ? outputs[0] : outputs };
}
