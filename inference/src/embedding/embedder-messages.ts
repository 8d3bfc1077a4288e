/** What the pool sends to an embedder process. Serialised by structured clone. */
export interface EmbedRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

/** What an embedder process sends to its pool: `ready` once, then one answer for each request. */
export type EmbedderMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | {
      readonly kind: "embedded";
      readonly id: number;
      /** (texts, WIDTH), row by row. */
      readonly embeddings: Float32Array;
    }
  | { readonly kind: "failed"; readonly id: number; readonly message: string };

/** What an embedder process is started with: the only argument, as JSON. */
export interface EmbedderProcessOptions {
  readonly modelPath: string;
  readonly modelVersion: string;
  /** Of the process, -20 to 19; see os.setPriority. */
  readonly niceness: number;
}
