import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./file-lock.ts";

/** Longer than the reaper gives a process to end. */
const LEFTOVER_MS = 12_000;
const POLL_MS = 100;

export function writePidFile(path: string, pid: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, String(pid));
}

/**
 * Wait until the process that the file names has ended: its killed parent's reaper is at it. Given up
 * after a while, because the number may have gone to a process of somebody else.
 */
export async function leftoverEnded(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const pid = Number(readFileSync(path, "utf8"));
  const deadline = performance.now() + LEFTOVER_MS;
  while (pid > 0 && isAlive(pid) && performance.now() < deadline) await sleep(POLL_MS);
}
