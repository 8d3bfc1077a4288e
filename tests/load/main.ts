import { readdirSync } from "node:fs";
import path from "node:path";
import { messageOf } from "@canarec/service-kit/errors";

/** A benchmark: `run` prints its own results; its first line of comment says what it measures. */
interface Benchmark {
  run(args: readonly string[]): Promise<void>;
}

const folder = import.meta.dirname;
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && file !== "main.ts" && !file.includes(".test."))
  .map((file) => path.basename(file, ".ts"));

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  process.stderr.write(
    `usage: npm run bench -- NAME [options]; NAME is one of ${names.join(", ")}\n`,
  );
  process.exit(2);
}
try {
  const benchmark = (await import(path.join(folder, `${name}.ts`))) as Benchmark;
  await benchmark.run(args);
  process.exit(0);
} catch (failure) {
  process.stderr.write(`bench ${name}: ${messageOf(failure)}\n`);
  process.exit(1);
}
