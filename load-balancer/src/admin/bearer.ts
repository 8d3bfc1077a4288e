import { hashInFile, presents } from "@canarec/service-kit/bearer";
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
    if (!presents(req, await hashInFile(tokenFile))) {
      failed();
      throw new ServiceError("unauthenticated", "a bearer token is needed");
    }
    next();
  };
}
