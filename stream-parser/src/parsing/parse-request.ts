import type { StreamEvent } from "../contract/event.ts";
import type { StreamLimits } from "./limits.ts";
import { parseMovieId } from "./parse-movie-id.ts";
import { parseDecimal, parseWhole } from "./parse-number.ts";
import { parseRecommendation } from "./parse-recommendation.ts";
import { type Rejection, rejection } from "./rejection.ts";

const WATCH = "GET /data/m/";
const WATCH_END = ".mpg";
const RATE = "GET /rate/";

/** Who did it and when: the two fields before the request. */
export interface LineHead {
  readonly atMs: number;
  readonly userId: number;
}

/** The third field of a line: everything after the second comma, commas included. */
export function parseRequest(
  head: LineHead,
  request: string,
  limits: StreamLimits,
): StreamEvent | Rejection {
  if (request.startsWith(WATCH)) return parseWatch(head, request, limits.maxMinute);
  if (request.startsWith(RATE)) return parseRating(head, request, limits.ratingMax);
  if (request === "GET /create_account")
    return { kind: "account", atMs: head.atMs, userId: head.userId };
  return parseRecommendation(head, request);
}

/** The movie id may itself hold slashes: the minute begins after the last one. */
function parseWatch(head: LineHead, request: string, maxMinute: number): StreamEvent | Rejection {
  const slash = request.lastIndexOf("/");
  if (!request.endsWith(WATCH_END)) return rejection("bad_minute");
  const minute = parseWhole(request.slice(slash + 1, -WATCH_END.length));
  if (Number.isNaN(minute)) return rejection("bad_minute");
  if (minute > maxMinute) return rejection("minute_out_of_range");
  const movieId = parseMovieId(request.slice(WATCH.length, slash));
  if (typeof movieId !== "string") return movieId;
  return { kind: "watch", atMs: head.atMs, userId: head.userId, movieId, minute };
}

/** The movie id may itself hold equals signs: the rating begins after the last one. */
function parseRating(head: LineHead, request: string, ratingMax: number): StreamEvent | Rejection {
  const equals = request.lastIndexOf("=");
  if (equals < 0) return rejection("bad_rating");
  const rating = parseDecimal(request.slice(equals + 1));
  if (Number.isNaN(rating)) return rejection("bad_rating");
  if (rating < 0.5 || rating > ratingMax || !Number.isInteger(rating * 2))
    return rejection("rating_out_of_range");
  const movieId = parseMovieId(request.slice(RATE.length, equals));
  if (typeof movieId !== "string") return movieId;
  return { kind: "rating", atMs: head.atMs, userId: head.userId, movieId, rating };
}
