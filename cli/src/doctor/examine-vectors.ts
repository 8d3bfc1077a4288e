import { openDatabase } from "@canarec/db-utils/database";
import { createEmbeddingRepository } from "@canarec/db-utils/embeddings/embedding-repository";
import { type ChromaAnswer, countVectors } from "@canarec/inference/embedding/count-vectors";
import { collectionName } from "@canarec/inference/embedding/movie-vectors";
import { messageOf } from "@canarec/service-kit/errors";
import { type Finding, ok, problem } from "./finding.ts";
import { judgeVectors } from "./judge.ts";

/** Movies without a vector that are counted; more are told as so many. */
const MOST_UNEMBEDDED = 100_000;

export interface VectorParts {
  readonly chromaUrl: string;
  /** Null: no address is known. */
  readonly databaseUrl: string | null;
  readonly modelVersion: () => Promise<string>;
  /** Where it does not answer. */
  readonly todo: string;
}

/** Whether Chroma answers, and has the vectors that Postgres records. */
export async function examineVectors(parts: VectorParts): Promise<readonly Finding[]> {
  const collection = collectionName(await parts.modelVersion());
  let answer: ChromaAnswer;
  try {
    answer = await countVectors(parts.chromaUrl, collection);
  } catch (failure) {
    return [problem("chroma", `does not answer: ${messageOf(failure)}`, parts.todo)];
  }
  const answers = ok("chroma", answer.version);
  if (parts.databaseUrl === null) return [answers];
  const recorded = await recordedVectors(parts.databaseUrl, collection);
  if (recorded === undefined) return [answers];
  return [answers, judgeVectors({ collection, vectors: answer.vectors, ...recorded })];
}

/** Undefined where Postgres cannot tell: that is said of Postgres already. */
async function recordedVectors(databaseUrl: string, collection: string) {
  try {
    await using database = await openDatabase(databaseUrl, { max: 1 });
    const embeddings = createEmbeddingRepository(database, collection);
    const recorded = (await embeddings.embedded()).length;
    return { recorded, unembedded: (await embeddings.missing(MOST_UNEMBEDDED)).length };
  } catch {
    return undefined;
  }
}
