import { ServiceError } from "@canarec/service-kit/errors";
import { type ArtifactEntry, sha256 } from "./manifest.ts";

/** Bytes of a number; 0 where bytes are no numbers. */
export const SIZES = { json: 0, i32: 4, f32: 4, f64: 8 } as const;

/**
 * An artifact's bytes, if they are all there and are those that the manifest hashes.
 *
 * @param expected how many there must be. @throws ServiceError "data_loss" otherwise.
 */
export function wholeBytes(
  entry: ArtifactEntry,
  artifacts: ReadonlyMap<string, Uint8Array>,
  expected: number,
): Uint8Array {
  const { name } = entry;
  const bytes = artifacts.get(name);
  if (bytes === undefined) throw damaged(`artifact ${name} is missing`);
  if (bytes.byteLength !== entry.bytes || entry.bytes !== expected) {
    throw damaged(`artifact ${name} has ${bytes.byteLength} bytes, not ${expected}`);
  }
  if (sha256(bytes) !== entry.sha256) throw damaged(`artifact ${name} does not match its sha256`);
  return bytes;
}

/** What is thrown for a bundle whose bytes cannot be served from. */
export function damaged(what: string): ServiceError {
  return new ServiceError("data_loss", `bundle is damaged: ${what}`);
}
