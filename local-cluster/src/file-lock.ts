import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 200;
/** A lock without a readable pid is being written, or its writer died in that instant. */
const UNWRITTEN_MS = 5_000;

/** A lock that is ours until disposed, or the process that has it. */
export type Lock = Disposable | { readonly holder: number };

/**
 * Take a lock if it is free or abandoned.
 *
 * @param isHolder whether the process with that id is one that takes such locks.
 */
export function tryLock(path: string, isHolder: (pid: number) => boolean): Lock {
  for (;;) {
    if (take(path)) return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
    const holder = holderOf(path);
    if (holder !== undefined && isHolder(holder)) return { holder };
    rmSync(path, { force: true });
  }
}

function holderOf(path: string): number | undefined {
  try {
    return Number(readFileSync(path, "utf8")) || undefined;
  } catch {
    return undefined; // released in between
  }
}

/** Run `task` while no other process that uses the same lock file does; waits for its turn. */
export async function withLock<T>(path: string, task: () => Promise<T>): Promise<T> {
  while (!take(path)) {
    if (isAbandoned(path)) rmSync(path, { force: true });
    else await sleep(POLL_MS);
  }
  try {
    return await task();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Whether the lock was free and is ours now. */
function take(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw failure;
  }
}

function isAbandoned(path: string): boolean {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    if (pid > 0) return !isAlive(pid);
    return Date.now() - statSync(path).mtimeMs > UNWRITTEN_MS;
  } catch {
    return false; // released in between
  }
}

/** Whether a process with this id runs, ours or another user's. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code === "EPERM";
  }
}
