import { ServiceError } from "@canarec/service-kit/errors";
import type { EmbedderPool } from "../embedding/embedder-pool.ts";
import type { MovieVectors, NearMovie } from "../embedding/movie-vectors.ts";

/** A user waits: later than this, the titles alone must do. */
const LIMIT_MS = 1_500;

/** Movies near to a text: the query is embedded by a worker and looked up in Chroma. */
export interface TextSearch {
  /**
   * @returns at most `limit`, best first.
   * @throws ServiceError "unavailable" or "deadline_exceeded" where the embedder or Chroma is away or slow.
   */
  nearest(query: string, limit: number): Promise<NearMovie[]>;
}

/** What a text search needs, opened when first used: a replica that never searches never pays. */
export interface TextSearchParts {
  readonly embedder: () => Promise<EmbedderPool>;
  readonly vectors: () => Promise<MovieVectors>;
}

export function createTextSearch(parts: TextSearchParts): TextSearch {
  return {
    async nearest(query, limit) {
      const signal = AbortSignal.timeout(LIMIT_MS);
      return Promise.race([search(parts, query, { limit, signal }), rejectedBy(signal)]);
    },
  };
}

async function search(
  parts: TextSearchParts,
  query: string,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<NearMovie[]> {
  const [embedder, vectors] = await Promise.all([parts.embedder(), parts.vectors()]);
  const [embedding] = await embedder.embed([query], { priority: "query", signal });
  if (embedding === undefined) throw new ServiceError("internal", "the query was not embedded");
  const [near] = await vectors.nearest([embedding], limit);
  return near ?? [];
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const late = () => {
      reject(new ServiceError("deadline_exceeded", `no search result within ${LIMIT_MS} ms`));
    };
    signal.addEventListener("abort", late, { once: true });
  });
}
