import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ServiceError } from "@canarec/service-kit/errors";

/** The name by which `@xenova/transformers` and its hub know the model; also its folder. */
export const MODEL_NAME = "Xenova/all-MiniLM-L6-v2";

/** The int8 weights, below the model's folder. */
export const MODEL_FILE = "onnx/model_quantized.onnx";

/** What must be there for the model to be used. */
const FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", MODEL_FILE];

/** The folder that this repository ships: int8, made by `inference/models/export-minilm.py`. */
export const SHIPPED_MODELS = fileURLToPath(new URL("../../models", import.meta.url));

/** Sha256 of the shipped MODEL_FILE. */
const SHIPPED_SHA256 = "1f5f5581ba2dea42163a0448f4643fe413d340703a187c929c14cabb3d7a390a";

const SHIPPED_VERSION = "int8";

/** Where MiniLM is read from. */
export type ModelSource =
  /** A folder with `Xenova/all-MiniLM-L6-v2` below it. */
  | { readonly kind: "folder"; readonly path: string }
  /** The model hub, once; from then on the copy kept in `cacheFolder`. `url`: another hub. */
  | { readonly kind: "hub"; readonly cacheFolder: string; readonly url?: string };

/** A model that is on disk and whole. */
export interface ModelFolder {
  /** The folder with `Xenova/all-MiniLM-L6-v2` below it. */
  readonly path: string;
  /** Of the weights: `int8` for the shipped ones, else the first 8 hex digits of their sha256. */
  readonly version: string;
}

/**
 * The source that MINILM_PATH names: absent, the shipped model; `hub`, the model hub; else a folder.
 *
 * @param home CANAREC_HOME; a download is kept below it, in one place for services and commands.
 */
export function modelSource(minilmPath: string | undefined, home: string): ModelSource {
  if (minilmPath === undefined) return { kind: "folder", path: SHIPPED_MODELS };
  if (minilmPath === "hub") return { kind: "hub", cacheFolder: path.join(home, "models") };
  return { kind: "folder", path: minilmPath };
}

/**
 * Find the model, downloading it if it is to come from the hub, and check that its files are whole.
 *
 * @throws ServiceError `failed_precondition` (not there), `data_loss` (a file is not what SHA256SUMS beside it says),
 * `unavailable` (the hub cannot be reached).
 */
export async function locateModel(source: ModelSource): Promise<ModelFolder> {
  if (source.kind === "folder") return checkedFolder(source.path);
  if (!(await isComplete(source.cacheFolder))) {
    const { downloadModel } = await import("./download-model.ts");
    await downloadModel(source);
  }
  return checkedFolder(source.cacheFolder);
}

async function isComplete(folder: string): Promise<boolean> {
  return (await missingFiles(folder)).length === 0;
}

async function checkedFolder(folder: string): Promise<ModelFolder> {
  const missing = await missingFiles(folder);
  if (missing.length > 0) {
    throw new ServiceError(
      "failed_precondition",
      `no MiniLM model in ${folder}: missing ${missing.join(", ")} (unset MINILM_PATH to use the shipped model)`,
    );
  }
  const model = path.join(folder, MODEL_NAME);
  await requireSums(model);
  const sum = await sha256(path.join(model, MODEL_FILE));
  return {
    path: path.resolve(folder),
    version: sum === SHIPPED_SHA256 ? SHIPPED_VERSION : sum.slice(0, 8),
  };
}

async function missingFiles(folder: string): Promise<string[]> {
  const names = FILES.map((file) => path.join(MODEL_NAME, file));
  const present = await Promise.all(names.map((name) => exists(path.join(folder, name))));
  return names.filter((_, i) => present[i] !== true);
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

/** Compare the files with SHA256SUMS beside them, if there is one: an ONNX file has no checksum of its own. */
async function requireSums(model: string): Promise<void> {
  const sums = path.join(model, "SHA256SUMS");
  if (!(await exists(sums))) return;
  for (const line of (await readFile(sums, "utf8")).split("\n")) {
    const [, expected, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line.trim()) ?? [];
    if (expected === undefined || name === undefined) continue;
    const file = path.join(model, name);
    if ((await exists(file)) && (await sha256(file)) === expected) continue;
    throw new ServiceError("data_loss", `damaged model file ${file}: not the sha256 of SHA256SUMS`);
  }
}

async function sha256(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}
