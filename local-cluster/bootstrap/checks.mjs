/**
 * The checks that need no test runner, beside one another: each keeps to one core, and the linter takes
 * about as long as the others together. Dependency-free.
 */
import { spawn } from "node:child_process";

/**
 * Run commands at the same time. Of each, what it wrote is told in one piece when it has ended, so that
 * lines of two never mix.
 *
 * @param {readonly { name: string, program: string, args: readonly string[] }[]} checks
 * @param {(text: string) => void} tell takes the heading of a check and all that it wrote.
 * @param {string} folder in which they run.
 * @returns {Promise<string[]>} names of those that failed or could not be started, in the order given.
 */
export async function runChecks(checks, tell, folder) {
  const codes = await Promise.all(
    checks.map(async (check) => {
      const startedMs = Date.now();
      const { code, written } = await runCheck(check, folder);
      const seconds = Math.round((Date.now() - startedMs) / 1_000);
      tell(`check: ${check.name}: ${code === 0 ? "passed" : "failed"} in ${seconds} s\n${written}`);
      return code;
    }),
  );
  return checks.filter((_check, index) => codes[index] !== 0).map(({ name }) => name);
}

function runCheck({ program, args }, folder) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const written = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes) => written.push(bytes));
    }
    const pass = () => child.kill("SIGTERM");
    process.on("SIGTERM", pass);
    const end = (code, failure) => {
      process.off("SIGTERM", pass);
      resolve({ code, written: Buffer.concat(written).toString() + failure });
    };
    child.on("error", (error) => end(127, `${error.message}\n`));
    child.on("close", (code) => end(code ?? 1, ""));
  });
}
