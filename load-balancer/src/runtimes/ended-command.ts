/** How a command of a build ended. */
export interface EndedCommand {
  /** Null where it was ended from outside, as for taking too long. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Enough to see why, little enough for a record. */
const LAST_LINES = 5;

/** The last that a command said, on one line. */
export function lastWords(said: string): string {
  const lines = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(-LAST_LINES);
  return lines.length === 0 ? "it said nothing" : lines.join("; ");
}
