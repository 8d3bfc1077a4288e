import { createHash } from "node:crypto";

const HEX_DIGITS = 32;

/**
 * What tells one message from another at the same offset of a topic made anew: its timestamp and bytes. An identical
 * message sent at the same millisecond counts as the same.
 */
export function fingerprint(message: {
  readonly timestampMs: number;
  readonly value: Uint8Array | null;
}): string {
  const hash = createHash("sha256").update(`${message.timestampMs} `);
  if (message.value !== null) hash.update(message.value);
  return hash.digest("hex").slice(0, HEX_DIGITS);
}
