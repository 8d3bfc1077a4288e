import { LRUCache } from "lru-cache";
import type { EmbedderPool } from "../embedding/embedder-pool.ts";
import type { MovieVectors } from "../embedding/movie-vectors.ts";
import { scoreByDescription } from "../models/cold-start/score-by-description.ts";
import type { DescribedMovie, DescribedTastes, SelfTexts } from "../serving/described-tastes.ts";

/** Movies that are compared: those nearest to what is liked. */
const NEAREST = 300;

/** Descriptions whose movies are kept; the least recently asked for go first. */
const MOST_KEPT = 2_000;

/** Descriptions that wait; others are looked up when they are asked for again. */
const MOST_WAITING = 500;

/** After a failure nothing is looked up for so long: what failed is away. */
const PAUSE_MS = 10_000;

/** Of one look-up; the embedder may have to start first. */
const LIMIT_MS = 30_000;

export interface LookUpTastesParts {
  readonly embedder: () => Promise<Pick<EmbedderPool, "embed">>;
  readonly vectors: () => Promise<Pick<MovieVectors, "nearest" | "vectors">>;
  /** The movies for these users' descriptions are there. */
  readonly onFound: (userIds: Iterable<number>) => void;
  readonly onFailed: (failure: unknown) => void;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

/** Look movies up by what users write of themselves: one description at a time, behind everything else that is embedded. */
export function lookUpTastes(parts: LookUpTastesParts): DescribedTastes {
  const { onFound, onFailed, nowMs } = parts;
  const found = new LRUCache<string, readonly DescribedMovie[]>({ max: MOST_KEPT });
  const waiting = new Map<string, Set<number>>();
  let queue: Promise<void> = Promise.resolve();
  let pausedUntilMs = -Infinity;

  async function lookUp(key: string, texts: SelfTexts): Promise<void> {
    const users = waiting.get(key) ?? new Set();
    try {
      if (nowMs() < pausedUntilMs) return;
      found.set(key, await moviesNear(parts, texts));
      onFound(users);
    } catch (failure) {
      pausedUntilMs = nowMs() + PAUSE_MS;
      onFailed(failure);
    } finally {
      waiting.delete(key);
    }
  }

  return {
    of(userId, texts) {
      if (isBlank(texts.likes)) return undefined;
      const key = JSON.stringify([texts.likes, texts.dislikes]);
      const known = found.get(key);
      if (known !== undefined) return known;
      const users = waiting.get(key);
      users?.add(userId);
      const mayBegin = waiting.size < MOST_WAITING && nowMs() >= pausedUntilMs;
      if (users !== undefined || !mayBegin) return undefined;
      waiting.set(key, new Set([userId]));
      queue = queue.then(() => lookUp(key, texts));
      return undefined;
    },
  };
}

/** Those with a score above 0, best first, ties to the smaller id. */
async function moviesNear(
  parts: LookUpTastesParts,
  { likes, dislikes }: SelfTexts,
): Promise<DescribedMovie[]> {
  const [embedder, vectors] = await Promise.all([parts.embedder(), parts.vectors()]);
  const texts = [likes ?? "", ...(isBlank(dislikes) ? [] : [dislikes ?? ""])];
  const signal = AbortSignal.timeout(LIMIT_MS);
  const [liked = new Float32Array(0), disliked] = await embedder.embed(texts, { signal });
  const [near = []] = await vectors.nearest([liked], NEAREST);
  const rows = [...(await vectors.vectors(near.map(({ movieId }) => movieId)))];
  const embeddings = new Float32Array(rows.length * liked.length);
  rows.forEach(([, vector], row) => {
    embeddings.set(vector, row * liked.length);
  });
  const scores = new Float32Array(rows.length);
  const description = { likes: liked, ...(disliked && { dislikes: disliked }) };
  scoreByDescription(description, { embeddings, dimensions: liked.length }, scores);
  return rows
    .map(([movieId], row) => ({ movieId, score: scores[row] as number }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.movieId < b.movieId ? -1 : 1));
}

function isBlank(text: string | null): boolean {
  return text === null || text.trim() === "";
}
