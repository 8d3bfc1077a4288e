import { DEFAULT_RANKING } from "@canarec/inference/bundle/codec/index";
import type { ModelFolder } from "@canarec/inference/embedding/model-folder";
import { TEXT_VERSION } from "@canarec/inference/embedding/movie-text";
import { collectionName } from "@canarec/inference/embedding/movie-vectors";
import type { BundleModel } from "./read-contents.ts";

/** What this version of the code builds a bundle of, with the MiniLM that is installed. */
export function bundleModel(model: Pick<ModelFolder, "version">): BundleModel {
  return {
    collection: collectionName(model.version),
    textVersion: TEXT_VERSION,
    modelVersion: `all-MiniLM-L6-v2-${model.version}`,
    ranking: DEFAULT_RANKING,
  };
}
