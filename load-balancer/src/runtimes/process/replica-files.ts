import { mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ProcessId } from "./processes.ts";

/** What a guard writes of its replica. */
const ReplicaState = z.object({
  name: z.string(),
  url: z.string(),
  guard: ProcessId,
  pid: z.int().positive().optional(),
  /** Of the replica's process, as in ProcessId. */
  start: z.string().optional(),
  logFile: z.string(),
  /** Once it has ended. */
  exit: z
    .object({
      code: z.int().nullable(),
      signal: z.string().nullable(),
      error: z.string().optional(),
    })
    .optional(),
});
export type ReplicaState = z.output<typeof ReplicaState>;

/** The folder of a home in which guards write. */
export function replicaFolder(home: string): string {
  const folder = join(home, "replicas");
  mkdirSync(folder, { recursive: true });
  return folder;
}

export function stateFileOf(home: string, name: string): string {
  return join(replicaFolder(home), `${name}.json`);
}

/** Undefined where there is none, or none that is whole. */
export function readState(home: string, name: string): ReplicaState | undefined {
  try {
    return ReplicaState.parse(JSON.parse(readFileSync(stateFileOf(home, name), "utf8")));
  } catch {
    return undefined;
  }
}

/** Of every replica that was started in a home and not forgotten. */
export function readStates(home: string): ReplicaState[] {
  return readdirSync(replicaFolder(home))
    .filter((file) => file.endsWith(".json"))
    .map((file) => readState(home, file.slice(0, -".json".length)))
    .filter((state) => state !== undefined);
}

export function forgetState(home: string, name: string): void {
  rmSync(stateFileOf(home, name), { force: true });
}
