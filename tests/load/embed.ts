import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type FeatureExtractionPipeline, env, pipeline } from "@xenova/transformers";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createEmbeddingRepository } from "@canarec/db-utils/embeddings/embedding-repository";
import { migrate } from "@canarec/db-utils/migrations";
import { TOKEN_LIMIT } from "@canarec/inference/embedding/embedder";
import { type EmbedderPool, openEmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import { textsOfMovies } from "@canarec/inference/embedding/index-movies";
import { MODEL_NAME, locateModel, modelSource } from "@canarec/inference/embedding/model-folder";
import { COLLECTION } from "@canarec/inference/embedding/movie-vectors";
import { startChroma } from "@canarec/local-cluster/chroma";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { importCatalog } from "@canarec/vectordb-scripts/catalog/import-catalog";
import { embedCatalog } from "@canarec/vectordb-scripts/embedding/embed-catalog";
import { rebuildCollection } from "@canarec/vectordb-scripts/embedding/rebuild-collection";
import { buildNeighbours } from "@canarec/vectordb-scripts/neighbours/build-neighbours";
import onnx from "onnxruntime-node";
import { restrictTo } from "./restrict-to.ts";

const FILE = "movies_wikipedia_clean.jsonl";
const DEFAULT_DATA = path.resolve(import.meta.dirname, "../../data");
/** Texts of the bare pipeline: its rate settles long before, and all of them would take ten minutes. */
const BARE_TEXTS = 400;
const BARE_BATCHES = [1, 16];
const PROGRESS_MS = 2_000;
const KNOWN_MOVIE = 100;

interface Parts {
  readonly database: Database;
  readonly chromaUrl: string;
  readonly embedder: EmbedderPool;
}

/**
 * A catalogue from nothing to neighbour lists, against the bare `pipeline()` of `@xenova/transformers` on the same
 * texts, model, token limit and threads; then a second run, then one changed movie.
 *
 * With `--rebuild` instead: the vectors of the whole catalogue made anew in an empty Chroma.
 *
 *   npm run bench -- embed [--limit MOVIES] [--cores 0,1] [--rebuild]      CANAREC_DATA: the folder of movies_wikipedia_clean.jsonl
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      limit: { type: "string" },
      cores: { type: "string" },
      rebuild: { type: "boolean", default: false },
    },
  });
  const file = path.join(process.env["CANAREC_DATA"] ?? DEFAULT_DATA, FILE);
  if (!existsSync(file)) {
    print(`no ${FILE}: set CANAREC_DATA to its folder; nothing was measured`);
    return;
  }
  if (values.cores !== undefined) restrictTo(values.cores);
  const home = mkdtempSync(path.join(tmpdir(), "canarec-embed-"));
  try {
    const catalogue = path.join(home, FILE);
    const lines = readFileSync(file, "utf8").trim().split("\n");
    writeFileSync(catalogue, `${lines.slice(0, Number(values.limit ?? Infinity)).join("\n")}\n`);
    await (values.rebuild ? measureRebuild(home, catalogue) : measure(home, catalogue));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function measure(home: string, catalogue: string): Promise<void> {
  await using postgres = await startPostgres({ home });
  await using chroma = await startChroma({ home });
  await using database = await openDatabase(postgres.url);
  await migrate(database);
  await importCatalog({ database, path: catalogue });
  const model = await locateModel(modelSource(undefined, home));
  print(`cores ${availableParallelism()}, Node ${process.version}, model ${model.version}`);
  const texts = await readTexts(database);
  const bareBefore = await bareRate(model.path, texts);
  await using embedder = await openEmbedderPool({ model });
  const pool = await poolRate(embedder, texts);
  const parts = { database, chromaUrl: chroma.url, embedder };
  const whole = await fromNothing(parts);
  await secondRun(parts);
  await oneChanged(parts);
  const bareAfter = await bareRate(model.path, texts);
  const bare = Math.max(bareBefore, bareAfter);
  print(`bare pipeline                 ${rate(bareBefore)} before, ${rate(bareAfter)} after`);
  print(`bare pool of ${embedder.workers} processes       ${rate(pool)}`);
  print(`whole / bare pipeline         ${percent(whole / bare)} (aim ≥ 95 %)`);
  print(`whole / bare pool             ${percent(whole / pool)}`);
}

async function measureRebuild(home: string, catalogue: string): Promise<void> {
  await using postgres = await startPostgres({ home });
  await using chroma = await startChroma({ home });
  await using database = await openDatabase(postgres.url);
  await migrate(database);
  await importCatalog({ database, path: catalogue });
  const model = await locateModel(modelSource(undefined, home));
  await using embedder = await openEmbedderPool({ model });
  const report = await rebuildCollection({
    ...{ database, chromaUrl: chroma.url, embedder },
    onProgress: printer("embedded"),
  });
  const { movies, seconds, check } = report;
  print(`rebuilt ${movies} vectors in ${seconds.toFixed(1)} s, ${rate(movies / seconds)}`);
  print(`${check.vectors} vectors, least cosine of ${check.sampled}: ${check.leastCosine}`);
}

async function readTexts(database: Database): Promise<string[]> {
  const movies = await createEmbeddingRepository(database, COLLECTION).page(0, 1_000_000);
  const texts = textsOfMovies(movies).texts.map(({ text }) => text);
  print(`${texts.length} movies with a text`);
  const step = Math.max(1, texts.length / BARE_TEXTS);
  return Array.from({ length: Math.min(BARE_TEXTS, texts.length) }, (_, i) =>
    String(texts[Math.floor(i * step)]),
  );
}

/** Texts a second of the library's own pipeline in this process, at its best batch size. */
async function bareRate(modelPath: string, texts: readonly string[]): Promise<number> {
  const extractor = await barePipeline(modelPath);
  const sorted = texts.toSorted((a, b) => a.length - b.length);
  let best = 0;
  for (const batch of BARE_BATCHES) {
    await extractor(sorted.slice(0, batch)); // warm
    const startedAt = performance.now();
    for (let start = 0; start < sorted.length; start += batch) {
      await extractor(sorted.slice(start, start + batch), { pooling: "mean", normalize: true });
    }
    const perSecond = (sorted.length * 1_000) / (performance.now() - startedAt);
    print(`bare pipeline, batches of ${batch}: ${rate(perSecond)}`);
    best = Math.max(best, perSecond);
  }
  await extractor.dispose();
  return best;
}

/** As many threads as the pool has processes: by itself the library takes one for each core of the machine. */
async function barePipeline(modelPath: string): Promise<FeatureExtractionPipeline> {
  env.allowRemoteModels = false;
  env.localModelPath = modelPath;
  const session = onnx.InferenceSession;
  const create = session.create.bind(session) as (
    model: Uint8Array,
    options: onnx.InferenceSession.SessionOptions,
  ) => Promise<onnx.InferenceSession>;
  const threads = { intraOpNumThreads: availableParallelism(), interOpNumThreads: 1 };
  Object.assign(session, {
    create: (bytes: Uint8Array, options: onnx.InferenceSession.SessionOptions) =>
      create(bytes, { ...options, ...threads }),
  });
  try {
    const extractor = await pipeline("feature-extraction", MODEL_NAME);
    Object.assign(extractor.tokenizer, { model_max_length: TOKEN_LIMIT });
    return extractor;
  } finally {
    Object.assign(session, { create });
  }
}

async function poolRate(embedder: EmbedderPool, texts: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  await embedder.embed(texts);
  return (texts.length * 1_000) / (performance.now() - startedAt);
}

/** @returns movies a second, from the first to the last neighbour list. */
async function fromNothing(parts: Parts): Promise<number> {
  const startedAt = performance.now();
  const embedding = await embedCatalog({ ...parts, onProgress: printer("embedded") });
  const { collection } = embedding;
  const listing = { ...parts, collection, onProgress: printer("lists") };
  const neighbours = await buildNeighbours({ ...listing, recallSample: 0 });
  const seconds = (performance.now() - startedAt) / 1_000;
  const whole = embedding.embedded / seconds;
  print(`embedded and stored           ${embedding.embedded} in ${embedding.seconds.toFixed(1)} s`);
  print(
    `neighbour lists               ${neighbours.written} in ${neighbours.seconds.toFixed(1)} s`,
  );
  print(`whole                         ${seconds.toFixed(1)} s, ${rate(whole)}`);
  print(
    `least cosine of ${embedding.check.sampled} checked      ${embedding.check.leastCosine.toFixed(6)}`,
  );
  await printRecall(parts, collection);
  return whole;
}

async function printRecall(parts: Parts, collection: string): Promise<void> {
  // The report measures it after lists were written; here apart from the time that they took.
  await parts.database.pool.query("update movie_embeddings set embedded_at = clock_timestamp()");
  const { recall } = await buildNeighbours({ ...parts, collection });
  if (recall === undefined) return;
  const { mean, least, sampled } = recall;
  print(`recall@100 of ${sampled} lists        mean ${mean.toFixed(4)}, least ${least.toFixed(2)}`);
}

async function secondRun(parts: Parts): Promise<void> {
  const startedAt = performance.now();
  const { embedded, collection } = await embedCatalog(parts);
  const { written } = await buildNeighbours({ ...parts, collection });
  const seconds = (performance.now() - startedAt) / 1_000;
  print(
    `second run (aim < 10 s)       ${seconds.toFixed(1)} s, ${embedded} embedded, ${written} lists`,
  );
}

async function oneChanged(parts: Parts): Promise<void> {
  await parts.database.pool.query(
    "update movies set overview = 'A whale hunts a captain.' where movie_key = $1",
    [KNOWN_MOVIE],
  );
  const startedAt = performance.now();
  const { embedded, collection } = await embedCatalog(parts);
  const { written } = await buildNeighbours({ ...parts, collection });
  const seconds = (performance.now() - startedAt) / 1_000;
  print(
    `one changed movie             ${seconds.toFixed(1)} s, ${embedded} embedded, ${written} lists`,
  );
}

function printer(what: string) {
  let printedAt = performance.now();
  return ({ done, total, perSecond }: { done: number; total: number; perSecond: number }) => {
    if (performance.now() - printedAt < PROGRESS_MS) return;
    printedAt = performance.now();
    print(`  ${what} ${done} of ${total}, ${rate(perSecond)}`);
  };
}

const rate = (perSecond: number): string => `${perSecond.toFixed(1)}/s`;
const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
