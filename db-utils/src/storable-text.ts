/**
 * The text as Postgres can keep it: without NUL, and with U+FFFD for halves of surrogate pairs. What people write about
 * movies may hold either; ids may not, and are refused by whoever parses them.
 */
export function storableText(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8").replaceAll("\0", "");
}
