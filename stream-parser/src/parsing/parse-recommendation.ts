import type { RecommendationEvent } from "../contract/event.ts";
import { parseMovieId } from "./parse-movie-id.ts";
import { parseWhole } from "./parse-number.ts";
import type { LineHead } from "./parse-request.ts";
import { type Rejection, rejection } from "./rejection.ts";

const REQUEST = "recommendation request ";
const STATUS = ", status ";
const RESULT = ", result: ";
const UNIT = " ms";

/** Longest server name, in characters; a host name has at most 253. */
const SERVER_LENGTH = 300;
const MAX_STATUS = 999;
/** What an integer column holds: 24 days. */
const MAX_MS = 2_147_483_647;

/**
 * `recommendation request <server>, status <n>, result: <text>, <n> ms`, where the text may hold commas, colons and
 * `ms` of its own: the server and status are taken from the left, the milliseconds from the right.
 */
export function parseRecommendation(
  head: LineHead,
  request: string,
): RecommendationEvent | Rejection {
  if (!request.startsWith(REQUEST)) return rejection("unknown_request");
  const statusAt = request.indexOf(STATUS, REQUEST.length);
  const resultAt = statusAt < 0 ? -1 : request.indexOf(RESULT, statusAt + STATUS.length);
  const msAt = request.lastIndexOf(", ");
  const textAt = resultAt + RESULT.length;
  // An empty result leaves ", result: , 12 ms": the last comma follows at once.
  if (resultAt < 0 || msAt < textAt || !request.endsWith(UNIT))
    return rejection("bad_recommendation");
  const server = request.slice(REQUEST.length, statusAt);
  const status = parseWhole(request.slice(statusAt + STATUS.length, resultAt));
  const ms = parseWhole(request.slice(msAt + 2, -UNIT.length));
  if (server.length > SERVER_LENGTH || !(status <= MAX_STATUS) || !(ms <= MAX_MS))
    return rejection("bad_recommendation");
  const text = request.slice(textAt, msAt);
  const common = { kind: "recommendation", ...head, server, status, ms } as const;
  if (status !== 200) return { ...common, movieIds: [], error: text };
  const movieIds = parseList(text);
  return movieIds === undefined
    ? rejection("bad_recommendation")
    : { ...common, movieIds, error: null };
}

/** The platform re-joins the list by ", "; a platform that does not is understood as well. */
function parseList(text: string): string[] | undefined {
  if (text === "") return [];
  const movieIds = text.split(",").map((id) => (id.startsWith(" ") ? id.slice(1) : id));
  return movieIds.every((id) => typeof parseMovieId(id) === "string") ? movieIds : undefined;
}
