import { readFileSync } from "node:fs";
import { join } from "node:path";

const README = join(import.meta.dirname, "..", "..", "README.md");

/**
 * The commands of the README under a heading of the second level: one list of lines for each `sh`
 * block, in order.
 *
 * @throws Error if there is no such heading, or no block under it.
 */
export function readmeCommands(heading: string): string[][] {
  const section = readFileSync(README, "utf8")
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`));
  const blocks = [...(section ?? "").matchAll(/^```sh\n([\s\S]*?)^```$/gm)];
  if (blocks.length === 0) throw new Error(`README.md has no commands under "${heading}"`);
  return blocks.map(([, text = ""]) => text.trim().split("\n"));
}
