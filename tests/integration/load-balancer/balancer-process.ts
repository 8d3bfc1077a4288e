import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "@canarec/local-cluster/port";
import { until } from "./load-balancer-under-test.ts";

const MAIN = resolve(import.meta.dirname, "../../../load-balancer/src/main.ts");

/** A load balancer as it runs: a parent and its workers. */
export interface BalancerProcess extends AsyncDisposable {
  readonly url: string;
  readonly adminUrl: string;
  readonly child: ChildProcess;
  /** Process ids of the workers that began to serve, in that order. */
  readonly served: readonly number[];
  /** Those that serve now. */
  serving(): readonly number[];
  /** SIGHUP, and wait until every worker is another process and the old ones have ended. */
  restart(): Promise<void>;
  /** SIGTERM. @returns exit code and signal. */
  stop(): Promise<readonly unknown[]>;
}

/** Start one on free ports and wait until it serves. */
export async function balancerProcess(
  env: Readonly<Record<string, string>>,
): Promise<BalancerProcess> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const ports = { PORT: String(port), ADMIN_PORT: String(adminPort) };
  const child = spawn(process.execPath, ["--import", "tsx", MAIN], {
    env: { ...process.env, LOG_LEVEL: "info", HEALTH_INTERVAL_MS: "500", ...ports, ...env },
    stdio: ["ignore", "pipe", "inherit", "ipc"], // they end with us
  });
  const exited = once(child, "exit");
  const served: number[] = [];
  let isReady = false;
  if (child.stdout) {
    createInterface(child.stdout).on("line", (line) => {
      const { msg, pid, worker } = JSON.parse(line) as Record<string, unknown>;
      if (msg === "a worker serves") served.push(Number(worker));
      if (msg === "ready" && pid === child.pid) isReady = true;
    });
  }
  await until(() => isReady || child.exitCode !== null);
  const serving = () => served.filter(isAlive);
  const count = Number(env["WORKERS"] ?? 1);
  return {
    url: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    ...{ child, served, serving },
    async restart() {
      const before = served.length;
      child.kill("SIGHUP");
      await until(() => served.length === before + count && serving().length === count);
    },
    async stop() {
      child.kill("SIGTERM");
      return exited;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      await exited;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
