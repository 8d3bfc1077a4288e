import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** A log that has grown beyond this is moved aside (to `.1`, replacing the older) at the next start. */
const MAX_LOG_BYTES = 20_000_000;

/** Open a log file for appending; its folder is made if need be. The caller closes the descriptor. */
export function openLogFile(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) {
    renameSync(path, `${path}.1`);
  }
  return openSync(path, "a");
}

/** The last lines of a log file, oldest first; none if there is no such file. */
export function lastLines(path: string, count: number): string[] {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return [];
  const file = openSync(path, "r");
  try {
    const size = fstatSync(file).size;
    const tail = Buffer.alloc(Math.min(size, 16_384));
    readSync(file, tail, 0, tail.length, size - tail.length);
    return tail
      .toString("utf8")
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(-count);
  } finally {
    closeSync(file);
  }
}
