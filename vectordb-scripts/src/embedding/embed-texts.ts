import {
  type EmbeddingTools,
  type TextOfMovie,
  storeEmbeddings,
} from "@canarec/inference/embedding/index-movies";

/** Vectors that are written at once; a run that is killed loses at most twice as many. */
const CHUNK_TEXTS = 256;

/** Chunks under way: while one is being written, the embedders work on the other. */
const CHUNKS_UNDER_WAY = 2;

/** How far a long task is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Since the task began. */
  readonly perSecond: number;
}

/** Embed and store texts in chunks, short ones first. The first failure or abort ends the whole. */
export async function embedTexts(
  tools: EmbeddingTools & { readonly onProgress?: ((progress: Progress) => void) | undefined },
  texts: readonly TextOfMovie[],
): Promise<void> {
  // Of similar length, so that the workers of a chunk finish together.
  const ordered = texts.toSorted((a, b) => a.text.length - b.text.length);
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(tools.signal ? [tools.signal] : [])]);
  const startedAt = performance.now();
  let done = 0;
  let next = 0;
  const lane = async () => {
    for (;;) {
      signal.throwIfAborted();
      const chunk = ordered.slice(next, next + CHUNK_TEXTS);
      if (chunk.length === 0) return;
      next += chunk.length;
      await storeEmbeddings({ ...tools, signal }, chunk);
      done += chunk.length;
      const perSecond = (done * 1_000) / (performance.now() - startedAt);
      tools.onProgress?.({ done, total: ordered.length, perSecond });
    }
  };
  const guarded = () =>
    lane().catch((thrown: unknown) => {
      failed.abort(thrown); // of several failures the first is kept
    });
  await Promise.all(Array.from({ length: CHUNKS_UNDER_WAY }, guarded));
  signal.throwIfAborted();
}
