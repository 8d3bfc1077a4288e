import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";

/** Below the range from which systems take the ports of outgoing connections (32768 on Linux). */
const LOWEST = 15_000;
const HIGHEST = 32_000;
const TRIES = 100;

/** Whether a server could listen on this port of this host now. */
export async function isFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return (await listenFailure(port, host)) === undefined;
}

/**
 * The public address must be one of this machine's, and nobody may listen there.
 *
 * @throws ServiceError `failed_precondition` that says which of the two it is, and what to choose anew.
 */
export async function requireListenable(port: number, host: string): Promise<void> {
  const code = await listenFailure(port, host);
  if (code === undefined) return;
  const why: Readonly<Record<string, string>> = {
    EADDRINUSE: `port ${port} is in use: choose another with --port`,
    EACCES: `this account may not listen on port ${port}: choose another with --port`,
  };
  throw new ServiceError(
    "failed_precondition",
    why[code] ?? `${host} (HOST) is no address that can be listened on here (${code})`,
  );
}

/** The code of the error with which a server would fail; undefined: it could listen. */
async function listenFailure(port: number, host: string): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, "listening");
    return undefined;
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code ?? messageOf(failure);
  } finally {
    if (server.listening) {
      server.close();
      await once(server, "close");
    }
  }
}

/**
 * The preferred port if it is free, otherwise a random free one. Another process may still take it
 * first: whoever starts a server on it tries again with another.
 *
 * @throws Error if a hundred random ports were all taken.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST}`);
}
