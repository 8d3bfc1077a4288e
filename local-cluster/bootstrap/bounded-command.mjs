/** A program that is run to its end, or ended with all that it started. Dependency-free. */
import { spawn } from "node:child_process";

const MOST_CHARACTERS = 100_000;

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
    let said = "";
    const endAll = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGTERM");
      } catch {
        // It has ended.
      }
    };
    const done = (code) => {
      signal.removeEventListener("abort", endAll);
      resolve({ code: code ?? 127, said });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => (said = (said + text).slice(-MOST_CHARACTERS)));
    }
    signal.addEventListener("abort", endAll, { once: true });
    child.on("error", () => done(127)).on("close", done);
  });
}
