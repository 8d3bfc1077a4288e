/** What an engine is called and says, decided on plain values. */

/** @returns {string} the name of a base image's file; another Node makes another one. */
export function baseImageFile(nodeVersion, architecture) {
  return `base-bookworm-node-${nodeVersion}-${architecture}.tar`;
}

const MOST = 300;

/**
 * @param {string} said what a program wrote.
 * @returns {string} why it failed, on one line: its last that tells of a failure, or its last.
 */
export function lastWords(said) {
  const lines = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const failures = lines.filter((line) => /^(E:|failed|error|fatal)/i.test(line));
  return (failures.at(-1) ?? lines.at(-1) ?? "it said nothing").slice(0, MOST);
}
