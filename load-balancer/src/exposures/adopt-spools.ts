import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { type ProcessId, isRunning, startOf } from "../runtimes/process/processes.ts";
import type { Spool } from "./open-spool.ts";

/** How soon somebody takes over what a process that ended has left on disk. */
const LOOK_MS = 2_000;

/** `<pid>-<start>`: the process whose spool it is. */
const OWNED = /^(\d+)-(\w*)$/;

/** The folder of this process below that of all spools: no other has the same name, and all can tell whether it lives. */
export function ownSpoolName(): string {
  return `${process.pid}-${startOf(process.pid) ?? ""}`;
}

/** Where a spool is: below `root`, in a folder of its own where it has a name. */
export interface SpoolPlace {
  readonly root: string;
  readonly name: string | undefined;
}

/** Take over the segments of processes that have ended, now and again and again until disposed. */
export async function keepAdopting(
  spool: Spool,
  place: SpoolPlace,
  log: Logger,
): Promise<AsyncDisposable> {
  const look = async () => {
    try {
      await adoptSpools(spool, place);
    } catch (failure) {
      log.warn({ reason: messageOf(failure) }, "spooled exposures could not be taken over");
    }
  };
  await look();
  let looking = Promise.resolve();
  const timer = setInterval(() => void (looking = looking.then(look)), LOOK_MS).unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
    },
  };
}

/** Take over the segments of processes that have ended, and those that are nobody's. */
export async function adoptSpools(spool: Spool, { root, name }: SpoolPlace): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(root, entry.name);
    if (entry.isFile() && name !== undefined) await spool.adopt(path);
    const owner = entry.isDirectory() ? ownerOf(entry.name) : undefined;
    if (owner === undefined || entry.name === name || isRunning(owner)) continue;
    for (const segment of (await readdir(path)).toSorted()) await spool.adopt(join(path, segment));
    await rmdir(path).catch(() => undefined); // another was first, or left something
  }
}

function ownerOf(folder: string): ProcessId | undefined {
  const [, pid, start] = OWNED.exec(folder) ?? [];
  if (pid === undefined) return undefined;
  return { pid: Number(pid), ...(start !== undefined && start !== "" && { start }) };
}
