import { readFileSync } from "node:fs";

/** The last lines of a log, oldest first; none where there is no log. Logs are bounded where they are written. */
export function lastLinesOf(file: string, lines: number): string[] {
  try {
    const text = readFileSync(file, "utf8").slice(-64_000);
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(-lines);
  } catch {
    return [];
  }
}
