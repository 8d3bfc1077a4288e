import { createHash } from "node:crypto";

/** Sha256 of a movie's text, 64 hex digits: tells whether a stored vector still belongs to the movie. */
export function textHash(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
