import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

interface Report {
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> };
  readonly message?: string;
}

/** Ask the registry what is known against the packages that run. @returns exit code: 1 for anything high or critical. */
function main(): number {
  const args = ["audit", "--json", "--omit", "dev"];
  const { stdout } = spawnSync("npm", args, { cwd: ROOT, encoding: "utf8" });
  const report = parse(stdout);
  const counts = report.metadata?.vulnerabilities;
  if (counts === undefined) {
    process.stdout.write(`not audited: the registry has no answer (${report.message ?? "none"})\n`);
    return 0;
  }
  const found = Object.entries(counts).filter(([level, n]) => level !== "total" && n > 0);
  process.stdout.write(
    `${found.map(([level, n]) => `${n} ${level}`).join(", ") || "none known"}\n`,
  );
  return (counts["high"] ?? 0) + (counts["critical"] ?? 0) > 0 ? 1 : 0;
}

function parse(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return { message: "no JSON" };
  }
}

process.exitCode = main();
