import type { Command } from "commander";

/** A command that talks to a cluster: `name` with its arguments, as `import <path>`. */
export function leaf(group: Command, name: string, description: string): Command {
  return group
    .command(name)
    .description(description)
    .allowExcessArguments(false)
    .option("--home <folder>", "home of the cluster (CANAREC_HOME)")
    .option("--json", "print the result as JSON");
}

/** Examples below a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ canarec ${line}`).join("\n")}`;
}
