import type { IncomingMessage } from "node:http";
import type { HiddenMovieRepository } from "@canarec/db-utils/hidden-movies/repository";
import { ServiceError } from "@canarec/service-kit/errors";
import { type RequestHandler, Router } from "express";
import type { InferenceMetrics } from "../metrics.ts";
import { queryOf, requireMovieId, requireUserId } from "./query.ts";

export interface HiddenMovieParts {
  readonly hidden: HiddenMovieRepository;
  /** Told of a user before the answer: the next list of this replica is made from what was written. */
  readonly changed: (userId: number) => void;
  readonly metrics: InferenceMetrics;
  readonly nowMs: () => number;
}

const ONE = "/api/v1/users/:userId/hidden/:movieId";

/**
 * `GET /api/v1/users/:userId/hidden` answers JSON: the movies that the user hides, the latest first. `PUT` and `DELETE
 * …/hidden/:movieId` hide one and show it again; both answer 204 also where nothing had to change, and 404 for a
 * movie that the catalogue does not have.
 */
export function hiddenMovieRoutes(parts: HiddenMovieParts): Router {
  const { hidden, metrics, nowMs } = parts;
  return Router()
    .get("/api/v1/users/:userId/hidden", async (req, res) => {
      const startMs = nowMs();
      const userId = requireUserId(req.params.userId);
      queryOf(req.url, []);
      const movies = await hidden.list(userId);
      res.json({ userId, movies: movies.map(({ movieId: id, ...rest }) => ({ id, ...rest })) });
      metrics.answered("hidden", (nowMs() - startMs) / 1_000);
    })
    .put(
      ONE,
      changing(parts, (userId, movieId) => hidden.hide(userId, movieId)),
    )
    .delete(
      ONE,
      changing(parts, (userId, movieId) => hidden.unhide(userId, movieId)),
    );
}

function changing(
  { changed, metrics, nowMs }: HiddenMovieParts,
  write: HiddenMovieRepository["hide"],
): RequestHandler<{ userId: string; movieId: string }> {
  return async (req, res) => {
    const startMs = nowMs();
    const userId = requireUserId(req.params.userId);
    const movieId = requireMovieId(req.params.movieId);
    queryOf(req.url, []);
    requireNoBody(req);
    const isKnown = await write(userId, movieId);
    if (!isKnown) throw new ServiceError("not_found", `no movie ${JSON.stringify(movieId)}`);
    changed(userId);
    res.status(204).end();
    metrics.answered("hidden", (nowMs() - startMs) / 1_000);
  };
}

/** @throws ServiceError "too_large": the path says all. */
function requireNoBody({ headers }: IncomingMessage): void {
  const length = headers["content-length"] ?? "0";
  if (length === "0" && headers["transfer-encoding"] === undefined) return;
  throw new ServiceError("too_large", "a request here has no body");
}
