import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";

/** A file of tokens may hold a token's hash instead: whoever only checks tokens needs no more. */
export const HASHED_TOKEN = /^sha256:([0-9a-f]{64})$/;

/** The token of `Authorization: Bearer …`; undefined where there is none. */
export function bearerOf({ headers }: Pick<IncomingMessage, "headers">): string | undefined {
  const [scheme, token, ...rest] = (headers.authorization ?? "").split(" ");
  return scheme === "Bearer" && token !== "" && rest.length === 0 ? token : undefined;
}

/** SHA-256 of a text in hexadecimal digits: all that is kept of a token. */
export function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Whether two SHA-256 in hexadecimal digits are equal, in a time that tells nothing. */
export function isSameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, "hex"), Buffer.from(b, "hex")];
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right);
}

/** Whether a request has the token of a SHA-256; none has where that is undefined. */
export function presents(
  req: Pick<IncomingMessage, "headers">,
  sha256: string | undefined,
): boolean {
  const given = bearerOf(req);
  return given !== undefined && sha256 !== undefined && isSameHash(sha256Of(given), sha256);
}

/**
 * The SHA-256 of the token that a file holds, itself or as `sha256:` and its hash. Undefined where there is no
 * such file or nothing in it: then nobody is let through.
 */
export async function hashInFile(file: string): Promise<string | undefined> {
  const text = (await readFile(file, "utf8").catch(() => "")).trim();
  if (text === "") return undefined;
  return HASHED_TOKEN.exec(text)?.[1] ?? sha256Of(text);
}
