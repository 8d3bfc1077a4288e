import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { Router } from "express";
import type { InferenceMetrics, Route } from "../metrics.ts";
import { neighboursOf } from "../retrieval/neighbour-index.ts";
import { mergeResults } from "../search/merge-results.ts";
import type { TextSearch } from "../search/text-search.ts";
import { type TitleTable, comparable, titleMatches } from "../search/title-match.ts";
import type { ServingModel } from "../serving/serving-model.ts";
import { describeInFull, describeMovie } from "./describe-movie.ts";
import { queryOf, requireMovieId } from "./query.ts";

export interface MovieParts {
  readonly model: () => ServingModel;
  readonly search: TextSearch;
  readonly metrics: InferenceMetrics;
  readonly log: Logger;
  readonly nowMs: () => number;
}

const COUNT = { least: 1, most: 100, otherwise: 20 };

/** `GET /api/v1/movies/:id`, `…/:id/similar?n=`, `…?search=&n=` and `GET /internal/popular?n=`. */
export function movieRoutes(parts: MovieParts): Router {
  const { metrics, nowMs } = parts;
  const timed = <T>(route: Route, make: () => T): T => {
    const startMs = nowMs();
    const made = make();
    metrics.answered(route, (nowMs() - startMs) / 1_000);
    return made;
  };
  const searchMovies = searcher(parts);
  return Router()
    .get("/internal/popular", (req, res) => {
      const n = queryOf(req.url, ["n"]).count("n", COUNT);
      const model = parts.model();
      const ids = model.popular
        .filter((movie) => !model.keptFromAll.includes(movie))
        .slice(0, n)
        .map((movie) => model.movies[movie]?.movieId);
      res.json(timed("popular", () => ({ movies: ids })));
    })
    .get("/api/v1/movies", async (req, res) => {
      const startMs = nowMs();
      const query = queryOf(req.url, ["search", "n"]);
      const found = await searchMovies(query.text("search"), query.count("n", COUNT));
      res.json(found);
      metrics.answered("search", (nowMs() - startMs) / 1_000);
    })
    .get("/api/v1/movies/:id", (req, res) => {
      const model = parts.model();
      const movie = knownMovie(model, req.params.id);
      res.json(timed("movie", () => describeInFull(model, movie)));
    })
    .get("/api/v1/movies/:id/similar", (req, res) => {
      const n = queryOf(req.url, ["n"]).count("n", COUNT);
      const model = parts.model();
      const movie = knownMovie(model, req.params.id);
      res.json(timed("similar", () => ({ movies: similarTo(model, movie, n) })));
    });
}

/** @throws ServiceError "invalid_argument" or "not_found". */
function knownMovie(model: ServingModel, text: string): number {
  const movieId = requireMovieId(text);
  const movie = model.indexOfId(movieId);
  if (movie === undefined)
    throw new ServiceError("not_found", `no movie ${JSON.stringify(movieId)}`);
  return movie;
}

function similarTo(model: ServingModel, movie: number, n: number): object[] {
  return neighboursOf(model.index, movie)
    .slice(0, n)
    .map(({ index, similarity }) => ({
      ...describeMovie(model, index),
      similarity: Math.round(similarity * 1e4) / 1e4,
    }));
}

/** Search by title and by text; by title alone, and marked so, where the text cannot be compared. */
function searcher({ model: currentModel, search, metrics, log }: MovieParts) {
  let table: { movies: ServingModel["movies"]; titles: TitleTable } | undefined;
  const titlesOf = (model: ServingModel): TitleTable => {
    if (table?.movies !== model.movies) {
      const titles = model.movies.map(({ title }) => (title === null ? null : comparable(title)));
      table = { movies: model.movies, titles };
    }
    return table.titles;
  };
  const nearTo = async (text: string, n: number) => {
    try {
      return await search.nearest(text, n);
    } catch (failure) {
      metrics.searchDegraded();
      log.warn({ reason: messageOf(failure) }, "search by title alone");
      return undefined;
    }
  };
  return async (text: string, n: number) => {
    const model = currentModel();
    const near = await nearTo(text, n);
    const rank = (movie: number) => -(model.standings.standing[movie] ?? 0);
    const titles = titleMatches(titlesOf(model), comparable(text), rank, n);
    const texts = (near ?? []).flatMap(({ movieId, similarity }) => {
      const movie = model.indexOfId(movieId);
      return movie === undefined ? [] : [{ movie, similarity }];
    });
    return {
      /** False: Chroma or the embedder is away, and only titles were compared. */
      textCompared: near !== undefined,
      movies: mergeResults(titles, texts, n).map(({ movie, match, similarity }) => ({
        ...describeMovie(model, movie),
        match,
        similarity: similarity === null ? null : Math.round(similarity * 1e4) / 1e4,
      })),
    };
  };
}
