import type { Container } from "dockerode";
import { isAbsent } from "./engine.ts";

const HEADER_BYTES = 8;

/** The last lines that a container wrote, oldest first; none where there is no such container. */
export async function lastLinesOf(container: Container, lines: number): Promise<string[]> {
  const asked = { follow: false, stdout: true, stderr: true, tail: lines } as const;
  try {
    return textFrom(await container.logs(asked))
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(-lines);
  } catch (failure) {
    if (isAbsent(failure)) return [];
    throw failure;
  }
}

/**
 * Both streams of a container, in the order in which they were written.
 *
 * @param frames each a header (the stream in byte 0, the length in bytes 4 to 7, big-endian) and its text.
 */
export function textFrom(frames: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + HEADER_BYTES <= frames.length;) {
    const end = at + HEADER_BYTES + frames.readUInt32BE(at + 4);
    parts.push(frames.subarray(at + HEADER_BYTES, end));
    at = end;
  }
  return Buffer.concat(parts).toString("utf8");
}
