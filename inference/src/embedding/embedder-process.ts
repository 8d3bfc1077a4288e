import { setPriority } from "node:os";
import { ServiceError } from "@canarec/service-kit/errors";
import { type Embedder, WIDTH, openEmbedder } from "./embedder.ts";
import type { EmbedRequest, EmbedderMessage, EmbedderProcessOptions } from "./embedder-messages.ts";

// A child process of the pool, not a thread: onnxruntime-node computes inside the call, a crash in native code takes
// down only this process, and its niceness is its own.

const options = JSON.parse(process.argv[2] ?? "{}") as EmbedderProcessOptions;

// The pool ends this process; also when the pool's process dies without a word, since the channel closes then.
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

setPriority(options.niceness);
const embedder = await openOrRefuse();
if (embedder !== undefined) {
  process.on("message", (request: EmbedRequest) => void answer(embedder, request).then(send));
  send({ kind: "ready" });
}

async function openOrRefuse(): Promise<Embedder | undefined> {
  try {
    return await openEmbedder({ path: options.modelPath, version: options.modelVersion });
  } catch (thrown) {
    const { code, message } = ServiceError.from(thrown);
    send({ kind: "refused", code, message });
    return undefined;
  }
}

async function answer(open: Embedder, { id, texts }: EmbedRequest): Promise<EmbedderMessage> {
  try {
    const embeddings = new Float32Array(texts.length * WIDTH);
    for (const [row, embedding] of (await open.embed(texts)).entries()) {
      embeddings.set(embedding, row * WIDTH);
    }
    return { kind: "embedded", id, embeddings };
  } catch (thrown) {
    return { kind: "failed", id, message: String(thrown) };
  }
}

function send(message: EmbedderMessage): void {
  process.send?.(message, undefined, undefined, () => undefined); // if nobody hears it, the channel closes
}
