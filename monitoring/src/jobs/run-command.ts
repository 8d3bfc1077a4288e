import { type ChildProcess, spawn } from "node:child_process";
import { withoutPasswords } from "@canarec/service-kit/logging";

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly limitMs: number;
}

export type CommandEnd =
  /** What it printed, as JSON where it was JSON. */
  { readonly ok: true; readonly output: unknown } | { readonly ok: false; readonly reason: string };

/** Of a command's output, so much of the end is kept. */
const KEPT_CHARACTERS = 64 * 1_024;

/** Between the request to end and the end. */
const GRACE_MS = 5_000;

/**
 * Run a Node program to its end, or end it, with all that it started, when its time is over or
 * `stop` is. Never rejects.
 */
export function runCommand(command: Command, stop: AbortSignal): Promise<CommandEnd> {
  const child = spawn(process.execPath, [command.program, ...command.args], {
    env: { ...command.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a process group of its own, to be ended as a whole
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.out = tail(said.out + chunk.toString())));
  child.stderr.on("data", (chunk: Buffer) => (said.err = tail(said.err + chunk.toString())));
  let ended: "time" | "stop" | undefined;
  let kill: NodeJS.Timeout | undefined;
  const end = (why: "time" | "stop") => {
    ended ??= why;
    signalGroup(child, "SIGTERM");
    kill ??= setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
  };
  const limit = setTimeout(() => end("time"), command.limitMs);
  const stopped = () => end("stop");
  if (stop.aborted) stopped();
  else stop.addEventListener("abort", stopped, { once: true });

  return new Promise((resolve) => {
    const settle = (result: CommandEnd) => {
      clearTimeout(limit);
      clearTimeout(kill);
      stop.removeEventListener("abort", stopped);
      resolve(result);
    };
    child.on("error", (error) => settle({ ok: false, reason: error.message }));
    child.on("close", (code, signal) => {
      if (ended === "time") settle(failed(`ended after its limit of ${command.limitMs} ms`));
      else if (ended === "stop") settle(failed("ended because the service stops"));
      else if (code === 0) settle({ ok: true, output: parse(said.out) });
      else settle(failed(`${lastLine(said.err)} (${signal ?? `exit code ${String(code)}`})`));
    });
  });
}

function failed(reason: string): CommandEnd {
  return { ok: false, reason: withoutPasswords(reason) };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

function tail(text: string): string {
  return text.slice(-KEPT_CHARACTERS);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.slice(0, 500) || "no message";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text.trim().slice(-1_000);
  }
}
