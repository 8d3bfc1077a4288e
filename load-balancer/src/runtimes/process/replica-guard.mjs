/**
 * Stands by one replica for its whole life: starts it, writes down what became of it, passes on the wish
 * to end, keeps its log and its memory within bounds, and ends it when the process that it was started for
 * is gone. It outlives the control plane, so that a restart of that costs no answers. Plain JavaScript
 * without dependencies: whatever build the replica is of, the guard is ours.
 *
 *   node replica-guard.mjs <state file>      with the description as JSON on standard input
 */
import { spawn } from "node:child_process";
import {
  copyFileSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";

const CHECK_MS = 300;
const ORPHAN_GRACE_MS = 3_000;

const [stateFile] = process.argv.slice(2);
const description = JSON.parse(readFileSync(0, "utf8"));
const log = openSync(description.logFile, "a", 0o600);
const child = spawn(description.command, description.args, {
  cwd: description.cwd,
  env: description.env,
  stdio: ["ignore", log, log, "ipc"], // the channel's end tells it that we are gone
});
/** Why we ended it, where we did. */
let error;

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

const starts = { guard: statOf(process.pid)?.[19], child: undefined };

function write(exit) {
  const state = {
    name: description.name,
    url: description.url,
    guard: { pid: process.pid, start: starts.guard },
    pid: child.pid,
    start: starts.child,
    logFile: description.logFile,
    ...(exit === undefined ? {} : { exit }),
  };
  writeFileSync(`${stateFile}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${stateFile}.new`, stateFile);
}

child.on("spawn", () => {
  starts.child = statOf(child.pid)?.[19];
  write();
});
child.on("error", (failure) => {
  if (child.pid !== undefined) return; // a signal that could not be sent
  write({ code: null, signal: null, error: failure.message });
  process.exit(1);
});
child.on("exit", (code, signal) => {
  write({ code, signal, error });
  process.exit(0);
});
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"])
  process.on(signal, () => child.kill("SIGTERM"));

let orphaned = false;
setInterval(() => {
  boundMemory();
  boundLog();
  const { supervisor } = description;
  if (orphaned || supervisor === undefined || isThere(supervisor)) return;
  orphaned = true;
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), ORPHAN_GRACE_MS);
}, CHECK_MS);

/** Where the system does not tell, only Node's own limit of the heap holds. */
function boundMemory() {
  const { limitMiB, reason } = description.memory;
  let status;
  try {
    status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  } catch {
    return;
  }
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kibibytes === undefined || Number(kibibytes) <= limitMiB * 1_024) return;
  error = reason;
  child.kill("SIGKILL");
}

/** The older part is put aside, in the place of what was put aside before. */
function boundLog() {
  try {
    if (fstatSync(log).size <= description.logBytes) return;
    copyFileSync(description.logFile, `${description.logFile}.1`);
    ftruncateSync(log); // it is written at its end, wherever that is
  } catch {
    // A full disk is not the replica's fault; the next look tries again.
  }
}
