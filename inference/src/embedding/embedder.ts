import { readFile } from "node:fs/promises";
import path from "node:path";
import { AutoTokenizer, type PreTrainedTokenizer, env } from "@xenova/transformers";
import onnx from "onnxruntime-node";
import { z } from "zod";
import { ServiceError } from "@canarec/service-kit/errors";
import { MODEL_FILE, MODEL_NAME, type ModelFolder, SHIPPED_MODELS } from "./model-folder.ts";
import { cosine, pooledUnit } from "./pooling.ts";

/** Components of an embedding. */
export const WIDTH = 384;

/**
 * What the model was trained at. Of 17,598 Wikipedia texts 28 % are longer, most of them by a few words: their mean length
 * goes from 110 to 100 tokens, and the rate up by a sixth (docs/embedding.md).
 */
export const TOKEN_LIMIT = 128;

/** An int8 form of the model stays above .98 on its known answers; another model, or a damaged one, far below. */
const LEAST_COSINE = 0.97;

export interface EmbedderOptions {
  /** Threads of one embedding. Default 1: two embedders on one thread each beat one on two. */
  readonly threads?: number | undefined;
}

/** Embeds in this process and blocks its event loop while it does; services use an EmbedderPool. */
export interface Embedder {
  /**
   * Embed each text by itself. A batch would be padded to its longest text, and the activations of all its texts
   * quantised by one scale, so that a vector would depend on its neighbours in the batch; alone it depends on the
   * text only, and on one thread this is also faster.
   *
   * @returns for each text, in order, WIDTH components of length 1; equal texts give equal bits.
   */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

/**
 * Load tokenizer and weights, and prove them on the known answers.
 *
 * @throws ServiceError `data_loss` if the model cannot be loaded or gives other vectors than MiniLM.
 */
export async function openEmbedder(
  model: ModelFolder,
  options: EmbedderOptions = {},
): Promise<Embedder> {
  const tokenizer = await loadTokenizer(model);
  const session = await loadSession(model, options.threads ?? 1);
  const embedder: Embedder = {
    async embed(texts) {
      const embeddings: Float32Array[] = [];
      for (const text of texts) embeddings.push(await embedOne(tokenizer, session, text));
      return embeddings;
    },
  };
  await requireKnownAnswers(embedder, model);
  return embedder;
}

async function loadTokenizer(model: ModelFolder): Promise<PreTrainedTokenizer> {
  env.allowRemoteModels = false;
  env.localModelPath = model.path;
  try {
    return await AutoTokenizer.from_pretrained(MODEL_NAME);
  } catch (thrown) {
    throw damaged(model, "its tokenizer cannot be read", thrown);
  }
}

async function loadSession(model: ModelFolder, threads: number): Promise<onnx.InferenceSession> {
  try {
    return await onnx.InferenceSession.create(path.join(model.path, MODEL_NAME, MODEL_FILE), {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
    });
  } catch (thrown) {
    throw damaged(model, `${MODEL_FILE} cannot be loaded`, thrown);
  }
}

/** What the tokenizer answers, as far as it is used; its own type is `any`. */
interface Tokens {
  readonly input_ids: { readonly data: BigInt64Array };
}

async function embedOne(
  tokenizer: PreTrainedTokenizer,
  session: onnx.InferenceSession,
  text: string,
): Promise<Float32Array> {
  const call = tokenizer as unknown as (text: string, options: object) => Tokens;
  const ids = call(text, { truncation: true, max_length: TOKEN_LIMIT }).input_ids.data;
  const shape = [1, ids.length];
  const { last_hidden_state: hidden } = await session.run({
    input_ids: new onnx.Tensor("int64", ids, shape),
    attention_mask: new onnx.Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
    token_type_ids: new onnx.Tensor("int64", new BigInt64Array(ids.length), shape),
  });
  return pooledUnit(hidden?.data as Float32Array, WIDTH);
}

const KnownAnswers = z.array(
  z.object({ text: z.string(), embedding: z.array(z.number()).length(WIDTH) }),
);

/** Sentences with their fp32 embeddings, as the original weights give them. */
export async function knownAnswers(): Promise<z.output<typeof KnownAnswers>> {
  const file = path.join(SHIPPED_MODELS, MODEL_NAME, "known-answers.json");
  return KnownAnswers.parse(JSON.parse(await readFile(file, "utf8")));
}

async function requireKnownAnswers(embedder: Embedder, model: ModelFolder): Promise<void> {
  for (const { text, embedding } of await knownAnswers()) {
    const similarity = cosine(await onlyEmbedding(embedder, model, text), embedding);
    if (similarity >= LEAST_COSINE) continue;
    throw damaged(model, `"${text}" has cosine ${similarity.toFixed(3)} to MiniLM's vector`);
  }
}

async function onlyEmbedding(
  embedder: Embedder,
  model: ModelFolder,
  text: string,
): Promise<Float32Array> {
  try {
    const [embedding] = await embedder.embed([text]);
    if (embedding !== undefined) return embedding;
  } catch (thrown) {
    throw damaged(model, "it cannot be run", thrown);
  }
  throw damaged(model, "it gives no vector");
}

function damaged(model: ModelFolder, problem: string, cause?: unknown): ServiceError {
  return new ServiceError("data_loss", `damaged model in ${model.path}: ${problem}`, { cause });
}
