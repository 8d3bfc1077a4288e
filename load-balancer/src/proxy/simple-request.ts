import { parseUserId } from "@canarec/service-kit/identifiers";

/** A request for recommendations that needs no further looking at. */
export interface SimpleRequest {
  readonly userId: number;
  /** As received, perhaps malformed. */
  readonly requestId: string | undefined;
}

/** Ours have a few hundred bytes. */
const MOST_BYTES = 2_048;

/** Method, path and version as clients write them, and headers without any liberty (RFC 9112). */
const SHAPE =
  /^GET \/recommend\/(\d{1,16}) HTTP\/1\.1\r\n((?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e]*\r\n)+)\r\n$/;

/**
 * Headers that say how a message is framed, or what becomes of the connection; one of them makes a request a
 * matter for a complete parser, as does a second Host.
 */
const NOT_SIMPLE = new Set([
  "content-length",
  "transfer-encoding",
  "te",
  "trailer",
  "expect",
  "upgrade",
  "keep-alive",
  "proxy-connection",
  "http2-settings",
]);

/**
 * Read what a connection has sent, where that is exactly one whole GET of a user's recommendations, from a
 * client that keeps the connection. It only takes what a complete parser would take, and in the same sense.
 *
 * @returns undefined for anything else, well-formed or not.
 */
export function parseSimpleRequest(bytes: Buffer): SimpleRequest | undefined {
  if (bytes.length > MOST_BYTES) return undefined;
  const [, user = "", block = ""] = SHAPE.exec(bytes.toString("latin1")) ?? [];
  const userId = parseUserId(user);
  if (userId === undefined) return undefined;
  let hosts = 0;
  let requestId: string | undefined;
  for (let at = 0; at < block.length;) {
    const end = block.indexOf("\r\n", at);
    const colon = block.indexOf(":", at);
    const name = block.slice(at, colon).toLowerCase();
    if (name === "host") hosts += 1;
    else if (name === "x-request-id") {
      if (requestId !== undefined) return undefined;
      requestId = block.slice(colon + 1, end).trim();
    } else if (name === "connection") {
      if (
        block
          .slice(colon + 1, end)
          .trim()
          .toLowerCase() !== "keep-alive"
      )
        return undefined;
    } else if (NOT_SIMPLE.has(name)) return undefined;
    at = end + 2;
  }
  return hosts === 1 ? { userId, requestId } : undefined;
}
