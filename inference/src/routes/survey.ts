import { Router } from "express";
import type { InferenceMetrics } from "../metrics.ts";
import type { ServingModel } from "../serving/serving-model.ts";
import { surveyOf } from "../serving/survey-of.ts";
import { describeMovie } from "./describe-movie.ts";
import { queryOf } from "./query.ts";

export interface SurveyParts {
  readonly model: () => ServingModel;
  readonly metrics: InferenceMetrics;
  readonly nowMs: () => number;
}

const COUNT = { least: 1, most: 20, otherwise: 6 };

/**
 * `GET /api/v1/survey?n=`: movies to ask a new user about, the most telling first. What they answer is told as any rating is. The
 * longest survey is chosen once a bundle; shorter ones are its beginning.
 */
export function surveyRoute({ model: currentModel, metrics, nowMs }: SurveyParts): Router {
  let chosen: { readonly bundleId: string; readonly movies: readonly number[] } | undefined;
  return Router().get("/api/v1/survey", (req, res) => {
    const startMs = nowMs();
    const n = queryOf(req.url, ["n"]).count("n", COUNT);
    const model = currentModel();
    if (chosen?.bundleId !== model.bundleId) {
      chosen = { bundleId: model.bundleId, movies: surveyOf(model.contents, COUNT.most) };
    }
    const learned = chosen.movies.slice(0, n);
    // A bundle that learned nothing asks about what is popular and varied.
    const asked = learned.length > 0 ? learned : model.popular.slice(0, n);
    res.json({ movies: asked.map((movie) => describeMovie(model, movie)) });
    metrics.answered("survey", (nowMs() - startMs) / 1_000);
  });
}
