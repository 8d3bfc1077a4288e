import { cpSync, createReadStream, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type Embedder, knownAnswers, openEmbedder } from "@canarec/inference/embedding/embedder";
import { openEmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import {
  MODEL_FILE,
  MODEL_NAME,
  SHIPPED_MODELS,
  locateModel,
  modelSource,
} from "@canarec/inference/embedding/model-folder";
import { cosine } from "@canarec/inference/embedding/pooling";
import { beforeAll, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../servers.ts";

/** First six of 384 components of the fp32 model, and its cosines between the five sentences. */
const PUBLISHED = [
  {
    text: "This is an example sentence",
    firstSix: [0.06766, 0.0635, 0.04871, 0.0793, 0.03745, 0.00265],
    cosines: [1, 0.4046, 0.0757, 0.1123, 0.1604],
  },
  {
    text: "Each sentence is converted",
    firstSix: [0.08644, 0.10276, 0.00539, 0.00204, -0.00996, 0.02539],
    cosines: [0.4046, 1, 0.0891, 0.0635, 0.1493],
  },
  {
    text: "A space opera with laser swords",
    firstSix: [-0.05788, 0.01919, 0.00858, 0.03251, -0.17079, 0.02481],
    cosines: [0.0757, 0.0891, 1, 0.3528, 0.3014],
  },
  {
    text: "A galaxy far away: rebels fight an empire",
    firstSix: [-0.02312, 0.02751, -0.00235, -0.08851, -0.07394, 0.02838],
    cosines: [0.1123, 0.0635, 0.3528, 1, 0.1849],
  },
  {
    text: "A romantic comedy in Paris",
    firstSix: [0.00395, -0.00594, 0.02739, -0.01587, -0.01525, 0.0416],
    cosines: [0.1604, 0.1493, 0.3014, 0.1849, 1],
  },
];

const shipped = await locateModel(modelSource(undefined, "unused"));

describe("the shipped model", () => {
  let embedder: Embedder;
  let embeddings: Float32Array[];

  beforeAll(async () => {
    embedder = await openEmbedder(shipped);
    embeddings = await embedder.embed(PUBLISHED.map(({ text }) => text));
  });

  it("comes with the published vectors of the fp32 model as its known answers", async () => {
    for (const [i, answer] of (await knownAnswers()).entries()) {
      expect(answer.text).toBe(PUBLISHED[i]?.text);
      for (const [j, value] of (PUBLISHED[i]?.firstSix ?? []).entries()) {
        expect(answer.embedding[j]).toBeCloseTo(value, 4);
      }
    }
  });

  it("stays within a cosine of .98 of the fp32 vectors", async () => {
    for (const [i, answer] of (await knownAnswers()).entries()) {
      expect(cosine(embeddings[i] ?? [], answer.embedding), answer.text).toBeGreaterThan(0.98);
    }
  });

  it("keeps the five sentences' cosines within .05 of the fp32 model's", () => {
    for (const [i, { cosines }] of PUBLISHED.entries()) {
      for (const [j, expected] of cosines.entries()) {
        const found = cosine(embeddings[i] ?? [], embeddings[j] ?? []);
        expect(Math.abs(found - expected), `${i}, ${j}`).toBeLessThan(0.05);
      }
    }
  });

  it("gives a text the same bits whatever is embedded beside it", async () => {
    const [alone] = await embedder.embed([PUBLISHED[2]?.text ?? ""]);
    expect(alone).toEqual(embeddings[2]);
  });

  it("embeds empty, very long and damaged texts", async () => {
    const odd = await embedder.embed(["", "long ".repeat(50_000), "\ud800 \u0000 🎬", "1984"]);
    for (const embedding of odd) {
      expect(embedding).toHaveLength(384);
      expect(cosine(embedding, embedding)).toBeCloseTo(1, 5);
    }
  });
});

describe("openEmbedderPool", () => {
  it("answers as one embedder does, in the order of the texts", async () => {
    const texts = Array.from({ length: 50 }, (_, i) => `Movie number ${i} ${"of many ".repeat(i)}`);
    const embedder = await openEmbedder(shipped);
    await using pool = await openEmbedderPool({ model: shipped, workers: 2 });
    expect(await pool.embed(texts)).toEqual(await embedder.embed(texts));
  });

  it("replaces a worker that dies, reports it and loses no text", async () => {
    const exits: (string | null)[] = [];
    await using pool = await openEmbedderPool({
      model: shipped,
      workers: 2,
      onWorkerExit: ({ signal }) => exits.push(signal),
    });
    const texts = Array.from({ length: 120 }, (_, i) => `Movie ${i}: a thriller in ${i} acts`);
    const expected = await pool.embed(texts);
    const victim = pool.pids[0] ?? 0;
    const embedding = pool.embed(texts);
    process.kill(victim, "SIGKILL");
    expect(await embedding).toEqual(expected);
    expect(exits).toEqual(["SIGKILL"]);
    await expect.poll(() => pool.pids.length, { timeout: 20_000 }).toBe(2);
    expect(pool.pids).not.toContain(victim);
  });

  it("serves a query before the batch that came first", async () => {
    await using pool = await openEmbedderPool({ model: shipped, workers: 1 });
    const order: string[] = [];
    const batch = pool.embed(Array.from({ length: 100 }, (_, i) => `Movie ${i}`));
    await Promise.all([
      batch.then(() => order.push("batch")),
      pool.embed(["space opera"], { priority: "query" }).then(() => order.push("query")),
    ]);
    expect(order).toEqual(["query", "batch"]);
  });

  it("stops when told to, and goes on with others' texts", async () => {
    await using pool = await openEmbedderPool({ model: shipped, workers: 1, mostWaiting: 500 });
    const stop = new AbortController();
    const texts = Array.from({ length: 500 }, (_, i) => `Movie ${i}`);
    const stopped = pool.embed(texts, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await expect(stopped).rejects.toThrow("enough");
    await expect(pool.embed(texts.slice(0, 20))).resolves.toHaveLength(20);
  });

  it("refuses more texts than may wait", async () => {
    await using pool = await openEmbedderPool({ model: shipped, workers: 1, mostWaiting: 10 });
    const many = Array.from({ length: 11 }, (_, i) => `Movie ${i}`);
    await expect(pool.embed(many)).rejects.toMatchObject({ code: "resource_exhausted" });
  });

  it("rejects what waits when it is closed", async () => {
    const pool = await openEmbedderPool({ model: shipped, workers: 1 });
    const waiting = pool.embed(Array.from({ length: 200 }, (_, i) => `Movie ${i}`));
    const refused = expect(waiting).rejects.toMatchObject({ code: "unavailable" });
    await pool[Symbol.asyncDispose]();
    await refused;
    await expect(pool.embed(["late"])).rejects.toMatchObject({ code: "unavailable" });
  });
});

/** A copy of the shipped model; the weights of it are changed by `change`. */
function copiedModel(folder: string, change?: (weights: Buffer) => Buffer): string {
  const model = path.join(folder, MODEL_NAME);
  mkdirSync(path.dirname(model), { recursive: true });
  cpSync(path.join(SHIPPED_MODELS, MODEL_NAME), model, { recursive: true });
  const file = path.join(model, MODEL_FILE);
  if (change) writeFileSync(file, change(readFileSync(file)));
  return file;
}

describe("locateModel", () => {
  it("names what is missing in the folder of MINILM_PATH", async () => {
    const located = locateModel(modelSource("/nowhere/at/all", "unused"));
    await expect(located).rejects.toMatchObject({ code: "failed_precondition" });
    await expect(located).rejects.toThrow(/no MiniLM model in \/nowhere\/at\/all: missing .*onnx/);
  });

  it("takes the shipped model from another folder for the same version", async () => {
    using folder = temporaryFolder();
    copiedModel(folder.path);
    const located = await locateModel(modelSource(folder.path, "unused"));
    expect(located).toEqual({ path: folder.path, version: "int8" });
  });

  it("refuses a file whose sum is wrong, and names it", async () => {
    using folder = temporaryFolder();
    const file = copiedModel(folder.path, (weights) => {
      weights[weights.length >> 1] = (weights[weights.length >> 1] ?? 0) ^ 0x40;
      return weights;
    });
    const located = locateModel(modelSource(folder.path, "unused"));
    await expect(located).rejects.toMatchObject({ code: "data_loss" });
    await expect(located).rejects.toThrow(`damaged model file ${file}`);
  });

  it("fetches the model from a hub, once", async () => {
    using cache = temporaryFolder();
    const asked: string[] = [];
    const hub = createServer((req, res) => {
      asked.push(req.url ?? "");
      const file = (req.url ?? "").replace("/resolve/main", "");
      createReadStream(path.join(SHIPPED_MODELS, decodeURIComponent(file)))
        .on("error", () => res.writeHead(404).end())
        .pipe(res);
    });
    await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/`;
    try {
      const source = { kind: "hub", cacheFolder: cache.path, url } as const;
      expect(await locateModel(source)).toEqual({ path: cache.path, version: "int8" });
      expect(asked.some((request) => request.endsWith(MODEL_FILE))).toBe(true);
      asked.length = 0;
      await locateModel(source);
      expect(asked).toEqual([]);
    } finally {
      hub.close();
    }
  });

  it("says so when the hub cannot be reached", async () => {
    using cache = temporaryFolder();
    const source = { kind: "hub", cacheFolder: cache.path, url: "http://127.0.0.1:9/" } as const;
    await expect(locateModel(source)).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("openEmbedder", () => {
  it.each([
    { damage: "cut short", change: (weights: Buffer) => weights.subarray(0, 1_000_000) },
    { damage: "no model at all", change: () => Buffer.from("not a model") },
    {
      damage: "zeroed in part",
      change: (weights: Buffer) => weights.fill(0, 14_000_000, 20_000_000),
    },
  ])("refuses weights that are $damage, though no sums are there to tell", async ({ change }) => {
    using folder = temporaryFolder();
    copiedModel(folder.path, change);
    rmSync(path.join(folder.path, MODEL_NAME, "SHA256SUMS"));
    const model = await locateModel(modelSource(folder.path, "unused"));
    expect(model.version).toMatch(/^[0-9a-f]{8}$/);
    await expect(openEmbedder(model)).rejects.toMatchObject({ code: "data_loss" });
    await expect(openEmbedderPool({ model, workers: 1 })).rejects.toThrow(
      `damaged model in ${folder.path}`,
    );
  });
});
