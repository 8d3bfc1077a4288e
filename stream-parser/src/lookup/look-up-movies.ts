import {
  type MovieMetadata,
  metadataElements,
  parseMovieMetadata,
} from "../metadata/parse-metadata.ts";
import type { PlatformApi } from "./platform-api.ts";

/** What the platform said about some movies. Each id asked for is in exactly one of the lists. */
export interface LookedUp<Metadata, Id> {
  readonly found: readonly Metadata[];
  readonly unknown: readonly Id[];
  /** To be asked again later. */
  readonly failed: readonly Id[];
  /** Set when the platform asked for a rest: 429. */
  readonly limited?: { readonly retryAfterMs: number | undefined };
}

/**
 * Ask for many movies in one call. An answer of 400 or 404 may mean that one id of them is unknown, or that this platform
 * takes one id a call: then the halves are asked, down to single ids.
 */
export async function lookUpMovies(
  api: PlatformApi,
  movieIds: readonly string[],
  signal: AbortSignal,
): Promise<LookedUp<MovieMetadata, string>> {
  const [first] = movieIds;
  if (first === undefined) return { found: [], unknown: [], failed: [] };
  const answer = await api.get(`/movie/${movieIds.map(encodeURIComponent).join(",")}`, signal);
  switch (answer.kind) {
    case "answered":
      return sort(movieIds, answer.body);
    case "limited":
      return { found: [], unknown: [], failed: movieIds, limited: answer };
    case "failed":
      return { found: [], unknown: [], failed: movieIds };
    case "unknown":
      if (movieIds.length === 1) return { found: [], unknown: [first], failed: [] };
      return lookUpHalves(api, movieIds, signal);
  }
}

async function lookUpHalves(
  api: PlatformApi,
  movieIds: readonly string[],
  signal: AbortSignal,
): Promise<LookedUp<MovieMetadata, string>> {
  const middle = movieIds.length >> 1;
  const left = await lookUpMovies(api, movieIds.slice(0, middle), signal);
  const rest = movieIds.slice(middle);
  if (left.limited !== undefined || signal.aborted)
    return { ...left, failed: [...left.failed, ...rest] };
  const right = await lookUpMovies(api, rest, signal);
  return {
    found: [...left.found, ...right.found],
    unknown: [...left.unknown, ...right.unknown],
    failed: [...left.failed, ...right.failed],
    ...(right.limited && { limited: right.limited }),
  };
}

/** Ids that a list leaves out are unknown to the platform; those whose answer is damaged are asked again. */
function sort(movieIds: readonly string[], body: unknown): LookedUp<MovieMetadata, string> {
  const asked = new Set(movieIds);
  const elements = metadataElements(body);
  if (elements.length === 0 && !Array.isArray(body))
    return { found: [], unknown: [], failed: movieIds };
  const found = new Map<string, MovieMetadata>();
  const damaged = new Set<string>();
  for (const element of elements) {
    const parsed = parseMovieMetadata(element);
    if (!("problem" in parsed)) {
      if (asked.has(parsed.movieId)) found.set(parsed.movieId, parsed);
    } else {
      const id = idOf(element);
      if (id !== undefined) damaged.add(id);
    }
  }
  const missing = movieIds.filter((id) => !found.has(id));
  const isSingle = movieIds.length === 1;
  return {
    found: [...found.values()],
    unknown: missing.filter((id) => !damaged.has(id) && !isSingle),
    failed: missing.filter((id) => damaged.has(id) || isSingle),
  };
}

function idOf(element: unknown): string | undefined {
  if (typeof element !== "object" || element === null || !("id" in element)) return undefined;
  return typeof element.id === "string" ? element.id : undefined;
}
