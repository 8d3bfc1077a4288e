import { readFileSync } from "node:fs";
import path from "node:path";

const PAGE = path.resolve(import.meta.dirname, "../../../docs/cli.md");

/**
 * The names of the outermost fields that docs/cli.md gives for `--json`, in order of their letters.
 *
 * @param heading a command, or a type of the page, as `train` or `Run`.
 * @throws Error where the page has none.
 */
export function documentedFields(heading: string): string[] {
  const page = readFileSync(PAGE, "utf8");
  const start = new RegExp(`^// ${heading}(?:[;:][^{\\n]*)?(?:\\n| )\\{`, "m").exec(page);
  if (start === null) throw new Error(`docs/cli.md has no ${heading}`);
  const written = page.slice(start.index + start[0].length).replaceAll(/(?<=[;},]) +\/\/.*$/gm, "");
  const outermost = outermostOf(written.replaceAll(/^\/\/ /gm, ""));
  const names = outermost.split(";").map((field) => /^\s*([\w, ]+)\??:/.exec(field)?.[1] ?? "");
  return names
    .join(",")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .sort();
}

/** Up to the brace that closes, without what is within braces. */
function outermostOf(text: string): string {
  let depth = 0;
  let outermost = "";
  for (const letter of text) {
    if (letter === "}") depth -= 1;
    if (depth < 0) return outermost;
    if (depth === 0) outermost += letter;
    if (letter === "{") depth += 1;
  }
  throw new Error("a brace is not closed");
}
