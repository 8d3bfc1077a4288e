import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { type FileCoverage, coverageTable } from "./coverage-table.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SUMMARY = resolve(ROOT, "coverage/coverage-summary.json");

/** End-to-end tests run every service as a process of its own, of which nothing would be counted. */
const PROJECTS = ["unit", "integration"];

/** Run the tests of some projects, count what they reach within their own processes, and say so. */
async function main(named: readonly string[]): Promise<number> {
  rmSync(SUMMARY, { force: true }); // else a run that ends early would show the last one's
  const projects = (named.length > 0 ? named : PROJECTS).flatMap((name) => ["--project", name]);
  const bootstrap = resolve(ROOT, "local-cluster/bootstrap.mjs");
  const tests = spawn(process.execPath, [bootstrap, "test", "--coverage", ...projects], {
    cwd: ROOT,
    stdio: "inherit",
  });
  const [code] = (await once(tests, "exit")) as [number | null];
  if (!existsSync(SUMMARY)) return code ?? 1;
  const { total: _, ...files } = JSON.parse(readFileSync(SUMMARY, "utf8")) as Record<
    string,
    FileCoverage
  >;
  const byPath = Object.entries(files).map(
    ([path, one]) => [relative(ROOT, path).split(sep).join("/"), one] as const,
  );
  process.stdout.write(`\n${coverageTable(new Map(byPath)).join("\n")}\n`);
  process.stdout.write("Not counted: what runs in a process that a test starts.\n");
  return code ?? 1;
}

process.exitCode = await main(process.argv.slice(2));
