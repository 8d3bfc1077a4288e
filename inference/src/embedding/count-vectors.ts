import { ChromaClient, ChromaNotFoundError } from "chromadb";

/** What a Chroma server says of itself and of a collection. */
export interface ChromaAnswer {
  readonly version: string;
  /** Null: there is no such collection; it is not made. */
  readonly vectors: number | null;
}

/**
 * Ask a Chroma server for its version and how many vectors a collection has. Changes nothing there.
 *
 * @throws Error of the client where the server does not answer.
 */
export async function countVectors(chromaUrl: string, collection: string): Promise<ChromaAnswer> {
  const { hostname, port, protocol } = new URL(chromaUrl);
  const ssl = protocol === "https:";
  const client = new ChromaClient({ host: hostname, port: Number(port) || (ssl ? 443 : 80), ssl });
  const version = await client.version();
  try {
    const found = await client.getCollection({ name: collection });
    return { version, vectors: await found.count() };
  } catch (failure) {
    if (failure instanceof ChromaNotFoundError) return { version, vectors: null };
    throw failure;
  }
}
