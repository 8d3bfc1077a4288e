/**
 * Stands by one replica for its whole life: starts it, writes down what became of it, passes on the wish
 * to end, and ends it when the process that it was started for is gone. It outlives the control plane, so
 * that a restart of that costs no answers. Plain JavaScript without dependencies: whatever build the
 * replica is of, the guard is ours.
 *
 *   node replica-guard.mjs <state file> <description as JSON>
 */
import { spawn } from "node:child_process";
import { openSync, readFileSync, renameSync, writeFileSync } from "node:fs";

const CHECK_MS = 300;
const ORPHAN_GRACE_MS = 3_000;

const [stateFile, text] = process.argv.slice(2);
const description = JSON.parse(text);
const log = openSync(description.logFile, "a");
const child = spawn(description.command, description.args, {
  cwd: description.cwd,
  env: description.env,
  stdio: ["ignore", log, log, "ipc"], // the channel's end tells it that we are gone
});

/** @returns {string[] | undefined} of a process: its state first, its start at 19. */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
  } catch {
    return undefined;
  }
}

function isThere({ pid, start }) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = statOf(pid);
  if (stat?.[0] === "Z") return false; // ended, and nobody has asked how
  return start === undefined || stat === undefined || stat[19] === start;
}

function write(exit) {
  const state = {
    name: description.name,
    url: description.url,
    guard: { pid: process.pid, start: statOf(process.pid)?.[19] },
    pid: child.pid,
    logFile: description.logFile,
    ...(exit === undefined ? {} : { exit }),
  };
  writeFileSync(`${stateFile}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${stateFile}.new`, stateFile);
}

child.on("spawn", () => write());
child.on("error", (error) => {
  write({ code: null, signal: null, error: error.message });
  process.exit(1);
});
child.on("exit", (code, signal) => {
  write({ code, signal });
  process.exit(0);
});
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"])
  process.on(signal, () => child.kill("SIGTERM"));

let orphaned = false;
setInterval(() => {
  const { supervisor } = description;
  if (orphaned || supervisor === undefined || isThere(supervisor)) return;
  orphaned = true;
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), ORPHAN_GRACE_MS);
}, CHECK_MS);
