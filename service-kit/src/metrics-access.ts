import { readFile } from "node:fs/promises";
import { BlockList, isIPv6 } from "node:net";
import { resolve } from "node:path";
import type { Request, RequestHandler } from "express";
import { z } from "zod";
import { HASHED_TOKEN, hashInFile, presents } from "./bearer.ts";
import { ServiceError } from "./errors.ts";

/** Whose requests for metrics are answered: with a token, whoever has it; without one, this machine's alone. */
export interface MetricsToken {
  /** Absolute; holds the token, or `sha256:` and its hash where it is only checked. */
  readonly file: string | undefined;
  /** Its hash, in hexadecimal digits, for a process that cannot see the file. */
  readonly sha256: string | undefined;
}

/** What the environment says of it. */
export const METRICS_TOKEN_VARIABLES = {
  METRICS_TOKEN_FILE: z.string().min(1).optional(),
  METRICS_TOKEN_SHA256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "expected 64 hexadecimal digits")
    .optional(),
};

export function metricsTokenFrom(
  e: z.output<z.ZodObject<typeof METRICS_TOKEN_VARIABLES>>,
): MetricsToken {
  const file = e.METRICS_TOKEN_FILE;
  return { file: file === undefined ? undefined : resolve(file), sha256: e.METRICS_TOKEN_SHA256 };
}

/**
 * Let through only who may read metrics, before a route of theirs. The file is read for each request, so that a token
 * can be changed; while there is none in it, nobody is let through.
 *
 * @param refused told of each request that is not.
 */
export function requireMetricsToken(
  { file, sha256 }: MetricsToken,
  refused: () => void = () => undefined,
): RequestHandler {
  const isOpen = file === undefined && sha256 === undefined;
  return async (req, _res, next) => {
    const may = isOpen
      ? isOfThisMachine(req)
      : presents(req, file === undefined ? sha256 : await hashInFile(file));
    if (!may) {
      refused();
      const needed = isOpen ? "METRICS_TOKEN_FILE is not set: only this machine may ask" : NEEDED;
      throw new ServiceError("unauthenticated", needed);
    }
    next();
  };
}

const NEEDED = "a bearer token is needed";

/** What a request for metrics of ours is sent with; nothing where no token is known. */
export async function metricsAuthorization({
  file,
}: Pick<MetricsToken, "file">): Promise<Readonly<Record<string, string>>> {
  if (file === undefined) return {};
  const token = (await readFile(file, "utf8").catch(() => "")).trim();
  return token === "" || HASHED_TOKEN.test(token) ? {} : { authorization: `Bearer ${token}` };
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** By the connection's other end, never by what a header says. */
function isOfThisMachine({ socket }: Request): boolean {
  const address = socket.remoteAddress ?? "";
  return LOOPBACK.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
