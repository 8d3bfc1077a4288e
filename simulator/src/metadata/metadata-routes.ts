import { ServiceError } from "@canarec/service-kit/errors";
import { parseUserId } from "@canarec/service-kit/identifiers";
import { type RequestHandler, Router } from "express";
import type { Platform } from "../world/platform.ts";
import { userProfile } from "../world/profile.ts";
import { movieAnswer } from "./movie-answer.ts";
import { createTokenBucket } from "./token-bucket.ts";

/** Most movies in one call. */
const BULK = 200;

export interface MetadataOptions {
  /** Undefined until the catalogue has been read. */
  readonly platform: () => Platform | undefined;
  /** Requests a second. */
  readonly rateLimit: number;
  readonly now: () => number;
  readonly onAnswer: (path: "user" | "movie", status: number) => void;
}

/**
 * The platform's metadata API: `GET /user/<id>`, `GET /movie/<id>` and `GET /movie/<id>,<id>,…`.
 *
 * One movie is answered as an object, several as a list from which unknown ones are missing. 404 for
 * an unknown user or single movie, 400 for an id that cannot be one, 429 beyond the limit.
 */
export function metadataRoutes(options: MetadataOptions): Router {
  return Router()
    .get("/user/:id", counted(options, "user"), limited(options), (req, res) => {
      res.json(userAnswer(platformOf(options), String(req.params["id"])));
    })
    .get("/movie/:ids", counted(options, "movie"), limited(options), (req, res) => {
      res.json(moviesAnswer(platformOf(options), String(req.params["ids"]).split(",")));
    });
}

function counted(options: MetadataOptions, path: "user" | "movie"): RequestHandler {
  return (_req, res, next) => {
    res.once("finish", () => options.onAnswer(path, res.statusCode));
    next();
  };
}

function limited({ rateLimit, now }: MetadataOptions): RequestHandler {
  const bucket = createTokenBucket(rateLimit);
  return (_req, res, next) => {
    if (bucket.take(now())) {
      next();
      return;
    }
    res.setHeader("retry-after", "1");
    throw new ServiceError("resource_exhausted", `more than ${rateLimit} requests a second`);
  };
}

function platformOf(options: MetadataOptions): Platform {
  const platform = options.platform();
  if (!platform) throw new ServiceError("unavailable", "the catalogue is not there yet");
  return platform;
}

function userAnswer(platform: Platform, id: string): Record<string, unknown> {
  const userId = parseUserId(id);
  if (userId === undefined) throw new ServiceError("invalid_argument", "no user id");
  if (userId < 1 || userId > platform.population.count()) {
    throw new ServiceError("not_found", `user ${userId} is unknown`);
  }
  const profile = userProfile(platform.seed, platform.population.user(userId));
  return {
    user_id: userId,
    age: profile.age,
    occupation: profile.occupation,
    gender: profile.gender,
    self_description_likes: profile.likes,
    self_description_dislikes: profile.dislikes,
  };
}

function moviesAnswer(platform: Platform, ids: readonly string[]): unknown {
  if (ids.length > BULK) {
    throw new ServiceError("invalid_argument", `${ids.length} movies, at most ${BULK} in one call`);
  }
  const movies = ids.flatMap((id) => platform.catalogue.find(id) ?? []);
  const answers = movies.map((movie) => movieAnswer(movie.facts, movie.lengthMinutes));
  if (ids.length > 1) return answers;
  if (answers.length === 0) throw new ServiceError("not_found", "movie is unknown");
  return answers[0];
}
