import { spawn } from "node:child_process";
import path from "node:path";

const COMMAND = path.resolve(import.meta.dirname, "../../../cli/bin/canarec.mjs");

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  /** The whole environment, but for PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly folder?: string;
}

/** A `canarec` that runs. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

/** Start the real command in a process of its own. */
export function start(args: readonly string[], options: RunOptions = {}): Running {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    // A home that is not there, unless told: never the cluster of whoever runs the tests.
    env: { PATH: process.env["PATH"], CANAREC_HOME: "/nonexistent", ...options.env },
    cwd: options.folder,
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  child.stdin.on("error", () => undefined); // it may end without reading
  child.stdin.end(options.input ?? "");
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, out, err });
    });
  });
  return { pid: child.pid ?? 0, ended };
}

/** Run the real command to its end. */
export function canarec(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}

/** Run it with `--json`, and parse what it prints. @throws unless it ends with 0. */
export function canarecJson(args: readonly string[], options: RunOptions = {}): Promise<unknown> {
  return printedJson(canarec, args, options);
}

/** What a command prints with `--json`, whichever way it is run. @throws unless it ends with 0. */
export async function printedJson(
  run: (args: readonly string[], options: RunOptions) => Promise<Ended>,
  args: readonly string[],
  options: RunOptions,
): Promise<unknown> {
  const { code, out, err } = await run([...args, "--json"], options);
  if (code !== 0) throw new Error(`canarec ${args.join(" ")} ended with ${code}: ${err}`);
  return JSON.parse(out);
}
