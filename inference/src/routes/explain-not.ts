import { ServiceError } from "@canarec/service-kit/errors";
import { Router } from "express";
import type { ServingModel } from "../serving/serving-model.ts";
import type { ExplainedAbsence } from "../serving/user-answers.ts";
import { describeMovie } from "./describe-movie.ts";
import { queryOf, requireMovieId, requireUserId } from "./query.ts";
import type { RecommendParts } from "./recommend.ts";

/** `GET /api/v1/users/:userId/explain-not/:movieId` answers JSON: why that movie is not in the user's list. */
export function explainNotRoute({ answers, metrics, nowMs }: RecommendParts): Router {
  return Router().get("/api/v1/users/:userId/explain-not/:movieId", async (req, res) => {
    const startMs = nowMs();
    const userId = requireUserId(req.params.userId);
    const movieId = requireMovieId(req.params.movieId);
    queryOf(req.url, []);
    const found = await answers.explainNot(userId, (model) => indexOf(model, movieId));
    res.json(absenceOf(userId, found));
    metrics.answered("explain_not", (nowMs() - startMs) / 1_000);
  });
}

/** @throws ServiceError "not_found". */
function indexOf(model: ServingModel, movieId: string): number {
  const movie = model.indexOfId(movieId);
  if (movie !== undefined) return movie;
  throw new ServiceError("not_found", `no movie ${JSON.stringify(movieId)} in this bundle`);
}

/** The answer's document; the command line gives the same. */
export function absenceOf(userId: number, explained: ExplainedAbsence): object {
  const { model, movie, crowdedOut, ...found } = explained;
  return {
    userId,
    bundle: model.bundleId,
    movie: describeMovie(model, movie),
    ...found,
    crowdedOut: crowdedOut && { ...crowdedOut, movie: describeMovie(model, crowdedOut.movie) },
  };
}
