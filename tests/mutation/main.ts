import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

/** Folders whose rules decide what is shipped and what is counted; those of `npm run mutation` without a name. */
const FOLDERS = [
  "monitoring/src/statistics",
  "load-balancer/src/rollout",
  "load-balancer/src/assignment",
  "stream-parser/src/coalesce",
];

/** What is no rule of the system: tests, and what they draw from. */
const NOT_MUTATED = ["!**/*.test.ts", "!**/*.suite.ts", "!**/*fixture.ts"];

/**
 * Change the code of pure folders, or of single files, in small ways, one at a time, and count the changes that no test
 * beside them notices.
 */
async function main(named: readonly string[]): Promise<number> {
  const folders = named.length > 0 ? named : FOLDERS;
  const absent = folders.filter((folder) => !existsSync(join(ROOT, folder)));
  if (absent.length > 0) {
    process.stderr.write(`mutation: there is no ${absent.join(" and no ")}\n`);
    return 2;
  }
  const isFile = (one: string) => one.endsWith(".ts");
  const patterns = folders.map((one) => (isFile(one) ? one : `${one}/**/*.ts`));
  const tested = folders.map((one) => `${isFile(one) ? dirname(one) : one}/`);
  const args = ["run", "tests/mutation/stryker.config.json"];
  const program = join(ROOT, "node_modules/.bin/stryker");
  const stryker = spawn(program, [...args, "--mutate", [...patterns, ...NOT_MUTATED].join(",")], {
    cwd: ROOT,
    env: { ...process.env, MUTATED_FOLDERS: [...new Set(tested)].join(",") },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = (await once(stryker, "exit")) as [number | null];
  return code ?? 1;
}

process.exitCode = await main(process.argv.slice(2));
