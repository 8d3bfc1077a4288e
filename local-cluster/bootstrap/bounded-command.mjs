/** A program that is run to its end, or ended with all that it started. Dependency-free. */
import { spawn } from "node:child_process";

const MOST_CHARACTERS = 100_000;
/** From the wish that it end to its end by force. */
const GRACE_MS = 2_000;
/** For the last of its output; a service that it started may hold the pipe for ever. */
const OUTPUT_MS = 200;

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ signal: AbortSignal, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, said: string }>} its exit code, 127 where it cannot be run or was ended, and
 *   the last of what it wrote.
 */
export function run(program, args, { signal, env = process.env }) {
  if (signal.aborted) return Promise.resolve({ code: 127, said: "" });
  return new Promise((resolve) => {
    // In a group of its own: what it started ends with it.
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const streams = [child.stdout, child.stderr];
    let said = "";
    let force;
    const end = () => {
      signalGroup(child.pid, "SIGTERM");
      force = setTimeout(() => signalGroup(child.pid, "SIGKILL"), GRACE_MS);
    };
    const done = (code) => {
      signal.removeEventListener("abort", end);
      clearTimeout(force);
      for (const stream of streams) stream.destroy();
      resolve({ code: code ?? 127, said });
    };
    for (const stream of streams) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => (said = (said + text).slice(-MOST_CHARACTERS)));
    }
    signal.addEventListener("abort", end, { once: true });
    child.on("error", () => done(127)).on("close", done);
    child.on("exit", (code) => setTimeout(done, OUTPUT_MS, code).unref());
  });
}

function signalGroup(pid, name) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It has ended.
  }
}
