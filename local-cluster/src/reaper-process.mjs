/**
 * The process that outlives its parent by a few seconds to end what the parent left behind.
 *
 * Told over stdin which processes to watch ("add PID SIGNAL", "remove PID"). When stdin ends, the
 * parent is gone, however it died: every process still listed gets its signal, newest first, and
 * SIGKILL after the grace period. Dependency-free, because it must start at once.
 */
import { createInterface } from "node:readline";

const GRACE_MS = 8_000; // Postgres' fast shutdown and Kafka's need about one second
const POLL_MS = 100;

/** @type {Map<number, string>} */
const signals = new Map();

// The terminal's Ctrl-C is the parent's business; this process ends when its stdin does.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => undefined);

const commands = createInterface({ input: process.stdin });
commands.on("line", (line) => {
  const [verb, pid, signal] = line.split(" ");
  if (verb === "add") signals.set(Number(pid), signal ?? "SIGTERM");
  if (verb === "remove") signals.delete(Number(pid));
});
commands.on("close", () => void reap());

async function reap() {
  const deadline = Date.now() + GRACE_MS;
  for (const [pid, signal] of [...signals].reverse()) send(pid, signal);
  while (Date.now() < deadline && [...signals.keys()].some((pid) => send(pid, 0))) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  // The whole group: each of them was started as the leader of one.
  for (const pid of signals.keys()) send(-pid, "SIGKILL");
  process.exit(0);
}

/** Whether the signal could be delivered. */
function send(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
