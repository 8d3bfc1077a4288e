import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { type ErrorCode, ServiceError } from "@canarec/service-kit/errors";
import type { EmbedRequest, EmbedderMessage, EmbedderProcessOptions } from "./embedder-messages.ts";

const PROGRAM = fileURLToPath(new URL("./embedder-process.ts", import.meta.url));
/** How this repository's TypeScript is run. */
const LOADER = `file://${createRequire(import.meta.url).resolve("tsx")}`;

/** How an embedder process ended. */
export interface WorkerExit {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: string | null;
}

export type WorkerAnswer = Extract<EmbedderMessage, { kind: "embedded" | "failed" }>;

export interface WorkerEvents {
  onAnswer(answer: WorkerAnswer): void;
  /** Called once, unless the worker was disposed first. */
  onExit(exit: WorkerExit): void;
}

/** One embedder process. It takes one request at a time. */
export interface EmbedderWorker extends AsyncDisposable {
  readonly pid: number;
  send(request: EmbedRequest): void;
}

/**
 * Start an embedder process and wait until it has loaded and proved its model.
 *
 * @throws ServiceError as `openEmbedder` does, or `unavailable` if the process ends before it is ready.
 */
export async function startWorker(
  options: EmbedderProcessOptions,
  events: WorkerEvents,
): Promise<EmbedderWorker> {
  const child = fork(PROGRAM, [JSON.stringify(options)], {
    execArgv: ["--import", LOADER],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  child.on("error", () => undefined); // an exit follows, or the process never started and `pid` is undefined
  await ready(child);
  const pid = child.pid ?? 0;
  let disposed = false;
  child.on("message", (message: EmbedderMessage) => {
    if (message.kind === "embedded" || message.kind === "failed") events.onAnswer(message);
  });
  child.on("exit", (code, signal) => {
    if (!disposed) events.onExit({ pid, code, signal });
  });
  return {
    pid,
    send: (request) => void child.send(request, () => undefined), // if it died, its exit tells
    async [Symbol.asyncDispose]() {
      disposed = true;
      if (child.connected) child.disconnect();
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  const first = await new Promise<EmbedderMessage | undefined>((resolve) => {
    child.once("message", resolve as (message: unknown) => void);
    child.once("exit", () => resolve(undefined));
    child.once("error", () => resolve(undefined));
  });
  if (first?.kind === "ready") return;
  child.kill("SIGKILL");
  if (first?.kind === "refused") {
    throw new ServiceError(first.code as ErrorCode, first.message);
  }
  throw new ServiceError("unavailable", "an embedder process ended before it was ready");
}
