import { type RequestListener, type Server, createServer } from "node:http";
import type { ServerOptions } from "node:http";
import { Server as NetServer } from "node:net";
import { answerBroken } from "@canarec/service-kit/broken-requests";

/** A request line and headers of more bytes are refused with 431; ours need a few hundred. */
const HEADER_BYTES = 8 * 1_024;

/** A client that needs longer for its headers is cut off, by a check once a second. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const CHECK_MS = 1_000;

/** Above the idle limit of whatever may stand before us, so that it closes first. */
const KEEP_ALIVE_MS = 75_000;

/** Connections beyond are closed at once: memory stays bounded. */
const MOST_CONNECTIONS = 10_000;

const LIMITS: ServerOptions = {
  maxHeaderSize: HEADER_BYTES,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  connectionsCheckingInterval: CHECK_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  noDelay: true,
  // Both Content-Length and Transfer-Encoding, a space before a colon and their like are errors.
  insecureHTTPParser: false,
};

/** The public server, not yet listening. `broken` is told the status of requests that never were. */
export function createPublicServer(
  listener: RequestListener,
  broken: (status: number) => void,
): Server {
  const server = createServer(LIMITS, listener);
  server.maxConnections = MOST_CONNECTIONS;
  server.on("checkContinue", listener); // no body is wanted, so none is asked for
  answerBroken(server, broken);
  return server;
}

/**
 * Take no more connections and wait until those that are open have gone. Unlike `server.close()` it cuts
 * no idle one off before `limitMs`, for a request may be on its way there; busy ones have as long again.
 */
export async function finishConnections(server: Server, limitMs: number): Promise<void> {
  const idle = setTimeout(() => server.closeIdleConnections(), limitMs);
  const busy = setTimeout(() => server.closeAllConnections(), 2 * limitMs);
  await new Promise((resolve) => NetServer.prototype.close.call(server, resolve));
  clearTimeout(idle);
  clearTimeout(busy);
}
