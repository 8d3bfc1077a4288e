import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { nodeArguments } from "@canarec/local-cluster/service-process";

export interface ServiceProcess extends AsyncDisposable {
  readonly pid: number;
}

/**
 * Start a service of ours as a process of its own, as `npm start` does, and wait until it is ready.
 *
 * @param program from the root of the repository. @param readyUrl answers 200 when it is.
 */
export async function startService(
  program: string,
  env: Readonly<Record<string, string>>,
  readyUrl: string,
): Promise<ServiceProcess> {
  const child = spawn(process.execPath, nodeArguments(program), {
    env: { ...process.env, LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "inherit", "inherit", "ipc"], // the channel's end tells it that we are gone
  });
  await untilReady(child, readyUrl, program);
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}

async function untilReady(child: ChildProcess, url: string, program: string): Promise<void> {
  for (const endMs = performance.now() + 60_000; performance.now() < endMs;) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    await response?.text();
    if (response?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${program} was not ready within a minute`);
}
