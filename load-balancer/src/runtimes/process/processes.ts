import { readFileSync } from "node:fs";
import { z } from "zod";

/** A process and when it began, so that its number in other hands is not taken for it. */
export const ProcessId = z.object({
  pid: z.int().positive(),
  /** Ticks since the machine started; absent where the system does not tell. */
  start: z.string().optional(),
});
export type ProcessId = z.output<typeof ProcessId>;

/** Fields of /proc/<pid>/stat from the state on; undefined where it does not run, or nobody tells. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return undefined;
  }
}

/** When a process began; undefined where it does not run, or the system does not tell. */
export function startOf(pid: number): string | undefined {
  return statOf(pid)?.[19];
}

/** Whether that very process still runs. */
export function isRunning({ pid, start }: ProcessId): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = statOf(pid);
  if (stat?.[0] === "Z") return false; // ended, and nobody has asked how
  return start === undefined || stat === undefined || stat[19] === start;
}

/** Send a signal; does nothing where the process has ended. */
export function signal(id: ProcessId, name: NodeJS.Signals): void {
  if (!isRunning(id)) return;
  try {
    process.kill(id.pid, name);
  } catch {
    // It ended in this very moment.
  }
}

/** Memory of a process that is its own or shared, in MiB; undefined where the system does not tell. */
export function residentMiB(pid: number): number | undefined {
  try {
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1_024;
  } catch {
    return undefined;
  }
}
