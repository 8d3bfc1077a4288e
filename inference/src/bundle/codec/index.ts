export { DEFAULT_RANKING, type RankingParameters } from "../../ranking/parameters.ts";
export type {
  BundleContents,
  BundleStatistics,
  CatalogueMovie,
  JsonValue,
  LearnedModel,
  LearnedPart,
} from "./contents.ts";
export { decodeBundle } from "./decode-bundle.ts";
export { type EncodedBundle, encodeBundle } from "./encode-bundle.ts";
export type { LearnedFrom } from "./learned-manifest.ts";
export {
  type ArtifactEntry,
  type ArtifactName,
  BUNDLE_SCHEMA_VERSIONS,
  type Manifest,
  NEIGHBOURS,
  type Watermark,
  bundleIdOf,
  canonicalJson,
  parseManifest,
} from "./manifest.ts";
