import { runCli } from "./run-cli.ts";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort());
}
// A reader that closed its end, such as `head`, wants no more: no error.
process.stdout.on("error", () => process.exit(0));

const exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  folder: process.cwd(),
  signal: interrupted.signal,
  input: process.stdin,
  terminal: {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isInteractive: process.stderr.isTTY,
  },
});
// What is written to a pipe must be out before the process ends.
process.stdout.write("", () => process.exit(exitCode));
