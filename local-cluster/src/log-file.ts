import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  statSync,
  truncateSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** A log that has grown beyond this is put aside: to `.1`, in place of the older one. */
const MAX_LOG_BYTES = 20_000_000;

/** Open a log file for appending; its folder is made if need be. The caller closes the descriptor. */
export function openLogFile(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) {
    renameSync(path, `${path}.1`);
  }
  return openSync(path, "a");
}

/**
 * Put aside the logs of a folder that have grown too large, while their processes write on: copied,
 * then emptied, because the writers keep the file open. What is written in that instant is lost.
 */
export function rotateLogs(folder: string, maxBytes = MAX_LOG_BYTES): void {
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(".log"))
    : [];
  for (const name of names) {
    const path = join(folder, name);
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= maxBytes) continue;
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  }
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
