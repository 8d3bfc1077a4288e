import { isConnectionFailure } from "@canarec/db-utils/connection-errors";
import { ServiceError } from "@canarec/service-kit/errors";
import type { ErrorRequestHandler } from "express";

/** Mount before the error handler: what fails because Postgres is away is `unavailable`, and no error of ours. */
export function postgresAway(): ErrorRequestHandler {
  return (thrown: unknown, _req, _res, next) => {
    if (!isConnectionFailure(thrown)) {
      next(thrown);
      return;
    }
    next(new ServiceError("unavailable", "no Postgres answers", { cause: thrown }));
  };
}
