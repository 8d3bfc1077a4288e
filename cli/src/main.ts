import { runCli } from "./run-cli.ts";

/** A command that was interrupted has this long to end by itself. */
const INTERRUPT_MS = 3_000;

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    interrupted.abort();
    // What does not listen for an end is safe to cut: its transaction is rolled back.
    setTimeout(() => process.exit(1), INTERRUPT_MS).unref();
  });
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
