import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ServiceError } from "@canarec/service-kit/errors";
import type { RequestHandler } from "express";

/**
 * Let through only who has the token of a file: `Authorization: Bearer …`. Read for each request, so that
 * a token can be changed, and that of a control plane that starts later is found. Without the file nobody
 * is let through.
 */
export function requireBearer(tokenFile: string): RequestHandler {
  return async (req, _res, next) => {
    const token = (await readFile(tokenFile, "utf8").catch(() => "")).trim();
    const [scheme, given] = (req.headers.authorization ?? "").split(" ");
    if (token === "" || scheme !== "Bearer" || given === undefined || !isEqual(given, token)) {
      throw new ServiceError("unauthenticated", "a bearer token is needed");
    }
    next();
  };
}

/** In a time that tells nothing. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
