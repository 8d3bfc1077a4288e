import { InvalidArgumentError } from "commander";

/** Names separated by commas, blanks around them left out, at least one; a mistake says so. */
export function parseNames(text: string): string[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (names.length > 0) return names;
  throw new InvalidArgumentError("Expected names separated by commas.");
}
