import { bearerOf, hashInFile, isSameHash, sha256Of } from "@canarec/service-kit/bearer";
import { ServiceError } from "@canarec/service-kit/errors";
import type { RequestHandler } from "express";

/**
 * Let through only who has the token of a file: `Authorization: Bearer …`. Read for each request, so that
 * a token can be changed, and that of a control plane that starts later is found. Without the file nobody
 * is let through.
 *
 * @param failed told of each request that is not.
 */
export function requireBearer(tokenFile: string, failed: () => void): RequestHandler {
  return async (req, _res, next) => {
    const given = bearerOf(req);
    const hash = await hashInFile(tokenFile);
    if (given === undefined || hash === undefined || !isSameHash(sha256Of(given), hash)) {
      failed();
      throw new ServiceError("unauthenticated", "a bearer token is needed");
    }
    next();
  };
}
