import { Readable } from "node:stream";
import { runCli } from "@canarec/cli/run-cli";
import { type Ended, type RunOptions, printedJson } from "./canarec.ts";

/**
 * Run a command line to its end as `canarec` does, in this process: starting one takes longer than most
 * commands. What a process adds (signals, pipes, exit codes) is `command-line.test.ts`'s.
 */
export async function canarec(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  let [out, err] = ["", ""];
  const code = await runCli(args, {
    env: { PATH: process.env["PATH"], CANAREC_HOME: "/nonexistent", ...options.env },
    folder: options.folder ?? process.cwd(),
    signal: new AbortController().signal,
    input: Readable.from([Buffer.from(options.input ?? "")]),
    terminal: {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      isInteractive: false,
    },
  });
  return { code, out, err };
}

/** Run it with `--json`, and parse what it prints. @throws unless it ends with 0. */
export function canarecJson(args: readonly string[], options: RunOptions = {}): Promise<unknown> {
  return printedJson(canarec, args, options);
}
