import { once } from "node:events";
import { join } from "node:path";
import { ConfigError } from "@canarec/service-kit/config";
import { messageOf } from "@canarec/service-kit/errors";
import { withoutPasswords } from "@canarec/service-kit/logging";
import { startCluster } from "./cluster.ts";
import { type ClusterConfig, clusterConfig } from "./config.ts";
import { type ClusterOptions, parseOptions } from "./options.ts";
import { sharedReaper } from "./reaper.ts";
import { environmentProblems, problemsOf } from "./service-env.ts";
import { ownProcess, stopRequest } from "./stop-request.ts";
import { terminalLog } from "./terminal-log.ts";
import { welcome } from "./welcome.ts";

/**
 * The whole life of `npm start`: parse, start all, wait for Ctrl-C, stop all.
 *
 * Exit codes: 0 after a stop; 1 when an option, the environment or a start was wrong, each told in one
 * line on standard error; 130 when a second Ctrl-C ended everything by force.
 *
 * @param args the command line after `npm start --`.
 */
export async function runCluster(args: readonly string[]): Promise<void> {
  process.stdout.on("error", () => undefined); // the terminal may be gone; the stop goes on
  process.exitCode = await run(args);
  process.exit();
}

async function run(args: readonly string[]): Promise<number> {
  const folder = process.env["INIT_CWD"] ?? process.cwd(); // npm itself moves to the repository
  const home = process.env["CANAREC_HOME"] || join(process.cwd(), ".canarec");
  const parsed = parseOptions(args, { home, folder });
  if (parsed.kind === "show") {
    (parsed.exitCode === 0 ? process.stdout : process.stderr).write(parsed.text);
    return parsed.exitCode;
  }
  const stop = stopRequest(ownProcess(), {
    followParent: process.env["npm_lifecycle_event"] !== undefined,
    now: () => performance.now(),
    onForce: () => {
      sharedReaper().killAll();
      process.exit(130);
    },
  });
  const log = terminalLog(process.stdout);
  try {
    const config = checkedConfig(parsed.options);
    log.line(`Canarec in ${parsed.options.home}`);
    const since = performance.now();
    const { options } = parsed;
    await using cluster = await startCluster(
      { options, config, env: process.env, signal: stop.signal },
      log,
    );
    for (const line of welcome(cluster, performance.now() - since)) log.line(line);
    if (!stop.signal.aborted) await once(stop.signal, "abort");
    log.line("stopping …");
  } catch (failure) {
    if (!stop.signal.aborted) {
      process.stderr.write(`canarec: ${withoutPasswords(messageOf(failure))}\n`);
      return 1;
    }
  }
  log.line("stopped");
  return 0;
}

/** @throws ConfigError with everything that is wrong for the cluster or for any of its services. */
function checkedConfig(options: ClusterOptions): ClusterConfig {
  const problems = [
    ...problemsOf(() => clusterConfig(process.env)),
    ...environmentProblems(process.env, options),
  ];
  if (problems.length > 0) throw new ConfigError([...new Set(problems)]);
  return clusterConfig(process.env);
}
