import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type ClusterFile, readClusterFile } from "@canarec/local-cluster/cluster-file";
import { readStates } from "@canarec/load-balancer/runtimes/process/replica-files";
import { isLive } from "@canarec/load-balancer/runtimes/process/replica-process";
import { freePort } from "@canarec/local-cluster/port";

const ROOT = path.resolve(import.meta.dirname, "../..");
const LIMIT_MS = 15 * 60_000;

/** Restarted in this order; each must be ready within the aim. */
const SERVICES = ["control-plane", "stream-parser", "load-balancer", "monitoring"];

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly home: string;
  /** From the command to the first answer of 20 movies. */
  readonly firstAnswerMs: number;
}

/**
 * `npm start` in a new home, then again in the same one: seconds to the first recommendation; then each
 * service killed once: seconds from the kill to ready (the supervisor's back-off included).
 *
 *   npm run bench -- start [--simulator] [--rate LINES]
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { simulator: { type: "boolean", default: true }, rate: { type: "string" } },
    allowNegative: true,
  });
  const options = [
    ...(values.simulator ? [] : ["--no-simulator"]),
    ...(values.rate === undefined ? [] : ["--rate", values.rate]),
  ];
  const home = mkdtempSync(path.join(tmpdir(), "canarec-start-"));
  try {
    const first = await start(home, options);
    print("first start, dependencies installed, to the first answer", first.firstAnswerMs);
    await stop(first);
    const second = await start(home, options);
    print("second start to the first answer (aim < 15 s)", second.firstAnswerMs);
    for (const name of SERVICES) {
      print(`${name} killed, to ready (aim < 5 s)`, await restart(second, name));
    }
    print("a replica of inference killed, to ready (aim < 5 s)", await restartReplica(second));
    await stop(second);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function start(home: string, options: readonly string[]): Promise<Running> {
  const since = performance.now();
  const port = await freePort();
  const child = spawn(
    process.execPath,
    ["local-cluster/bootstrap.mjs", "start", "--port", String(port), "--home", home, ...options],
    { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] },
  );
  const url = `http://127.0.0.1:${port}`;
  await until(() => answers20(url), child);
  const firstAnswerMs = performance.now() - since;
  await until(async () => readClusterFile(home) !== undefined, child);
  return { child, url, home, firstAnswerMs };
}

async function answers20(url: string): Promise<boolean> {
  const text = await textOf(`${url}/recommend/42`);
  return text?.split(",").length === 20;
}

async function textOf(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    return response.ok ? await response.text() : undefined;
  } catch {
    return undefined; // not up yet
  }
}

async function restart(running: Running, name: string): Promise<number> {
  const before = serviceOf(running.home, name);
  const since = performance.now();
  process.kill(before.pid, "SIGKILL");
  await until(
    async () => serviceOf(running.home, name).pid !== before.pid && (await isReady(before.url)),
    running.child,
  );
  return performance.now() - since;
}

/** The control plane starts another in its place. */
async function restartReplica(running: Running): Promise<number> {
  const before = new Set(replicasOf(running.home).map(({ pid }) => pid));
  const since = performance.now();
  process.kill([...before][0] ?? 0, "SIGKILL");
  await until(async () => {
    const started = replicasOf(running.home).find(({ pid }) => !before.has(pid));
    return started !== undefined && (await isReady(started.url));
  }, running.child);
  return performance.now() - since;
}

function replicasOf(home: string): { readonly pid: number; readonly url: string }[] {
  return readStates(home)
    .filter(isLive)
    .flatMap(({ pid, url }) => (pid === undefined ? [] : { pid, url }));
}

async function isReady(url: string | undefined): Promise<boolean> {
  // The public port of the load balancer tells its health only.
  const ready = (await textOf(`${url ?? ""}/readyz`)) ?? (await textOf(`${url ?? ""}/healthz`));
  return ready !== undefined;
}

function serviceOf(home: string, name: string): ClusterFile["services"][string] {
  const service = readClusterFile(home)?.services[name];
  if (service === undefined) throw new Error(`the cluster runs no ${name}`);
  return service;
}

async function until(condition: () => Promise<boolean>, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (child.exitCode !== null) throw new Error(`the cluster ended with ${child.exitCode}`);
    if (performance.now() > deadline) throw new Error("the cluster did not get there in time");
    await sleep(50);
  }
}

async function stop(running: Running): Promise<void> {
  const exited = new Promise((resolve) => running.child.once("exit", resolve));
  running.child.kill("SIGINT");
  await exited;
}

function print(what: string, ms: number): void {
  process.stdout.write(`${what}: ${(ms / 1000).toFixed(1)} s\n`);
}
