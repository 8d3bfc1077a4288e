import { execFileSync } from "node:child_process";

/**
 * Let this process use these cores alone. What it starts inherits it: databases and services run on the same cores.
 *
 * @param cores as taskset (util-linux) takes them, e.g. `0,1`.
 */
export function restrictTo(cores: string): void {
  try {
    execFileSync("taskset", ["-a", "-p", "-c", cores, String(process.pid)], { stdio: "ignore" });
  } catch (thrown) {
    throw new Error(`cannot restrict to cores ${cores}: is taskset (util-linux) there?`, {
      cause: thrown,
    });
  }
}
