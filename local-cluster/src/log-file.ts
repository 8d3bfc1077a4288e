import {
  appendFileSync,
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
import { canPauseWriters, pauseWriters } from "./log-writers.ts";

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
 * then emptied, because the writers keep the file open. They are held for the moment between, so that
 * nothing is lost; a log whose writers cannot be held now is left for the next time.
 *
 * @returns the paths of those put aside.
 */
export function rotateLogs(folder: string, maxBytes = MAX_LOG_BYTES): string[] {
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(".log"))
    : [];
  const isLarge = (path: string) =>
    (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes;
  return names.map((name) => join(folder, name)).filter((path) => isLarge(path) && rotated(path));
}

/** Whether it could be done now. */
function rotated(path: string): boolean {
  const aside = `${path}.1`;
  copyFileSync(path, aside); // most of it, while the writers run
  // NOTE: a system that cannot hold them loses what is written between the last two steps.
  using held = canPauseWriters() ? pauseWriters(path) : { [Symbol.dispose]: () => undefined };
  if (held === undefined) return false;
  appendRest(path, aside);
  truncateSync(path);
  return true;
}

/** What was written to a file since it was copied. */
function appendRest(path: string, copy: string): void {
  const copied = statSync(copy).size;
  const file = openSync(path, "r");
  try {
    const rest = Buffer.alloc(fstatSync(file).size - copied);
    appendFileSync(copy, rest.subarray(0, readSync(file, rest, 0, rest.length, copied)));
  } finally {
    closeSync(file);
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
