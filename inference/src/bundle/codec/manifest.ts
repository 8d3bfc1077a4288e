import { createHash } from "node:crypto";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";
import { MODEL_NAMES, type ModelName } from "../../models/model.ts";
import { LearnedManifest, LearnedWithGroups } from "./learned-manifest.ts";

/**
 * Versions of the layout of manifest and artifacts: without a learned part, with one, and with one that has tastes of
 * groups of users, too. A reader refuses any other.
 */
export const BUNDLE_SCHEMA_VERSIONS = [1, 2, 3] as const;

/** Neighbours kept of each movie. */
export const NEIGHBOURS = 100;

const share = z.number().min(0).max(1);

const Ranking = z.strictObject({
  similarityWeight: share,
  popularityWeight: share,
  ratingWeight: share,
  ratingPriorCount: z.number().positive(),
  popularityHalfLifeHours: z.number().positive(),
  allTimeShare: share,
  historyLimit: z.int().positive(),
  recencyHalfLifeDays: z.number().positive(),
  recencyFloor: share,
  neutralRating: z.number().gt(0).lt(1),
  watchedWeight: share,
  leastShareWatched: share,
});

/** Up to where the stream had been read when the bundle was built. */
const Watermark = z.strictObject({
  /** Next offset of each partition, by `topic/partition`. */
  offsets: z.record(z.string(), z.int().min(0)),
  /** Time of the latest event, ISO 8601; null before the first. */
  highEventAt: z.iso.datetime().nullable(),
});
export type Watermark = z.infer<typeof Watermark>;

/** Artifacts that every bundle has. */
export const ARTIFACT_NAMES = [
  "catalogue",
  "neighbours",
  "similarities",
  "watchers",
  "rating_counts",
  "rating_sums",
  "rating_square_sums",
  "viewers",
] as const;
export type BaseArtifactName = (typeof ARTIFACT_NAMES)[number];

/** An array of a learned model: `model.<model>.<array>`. */
export type ModelArtifactName = `model.${ModelName}.${string}`;
/** Vectors in which movies are alike, (n × dimensions): part of what is learned. */
export const LIKENESS = "likeness";
/** Likes of everybody and of groups of users, (1 + groups × n): part of what is learned. */
export const GROUP_TASTES = "group_tastes";
export type ArtifactName =
  BaseArtifactName | ModelArtifactName | typeof LIKENESS | typeof GROUP_TASTES;

/** Names become names of files: letters, digits and underscores alone. */
const ModelArtifact = z.templateLiteral([
  "model.",
  z.enum(MODEL_NAMES),
  ".",
  z.string().regex(/^\w{1,64}$/),
]);

const Artifact = z.strictObject({
  name: z.union([
    z.enum(ARTIFACT_NAMES),
    z.literal(LIKENESS),
    z.literal(GROUP_TASTES),
    ModelArtifact,
  ]),
  dtype: z.enum(["json", "i32", "f32", "f64"]),
  shape: z.array(z.int().min(0)),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ArtifactEntry = z.infer<typeof Artifact>;

const Base = z.strictObject({
  watermark: Watermark,
  /** Chroma collection whose vectors the neighbours come from. */
  collection: z.string().min(1),
  textVersion: z.int().min(1),
  modelVersion: z.string().min(1),
  ranking: Ranking,
  artifacts: z.array(Artifact).min(ARTIFACT_NAMES.length),
});
const Manifest = z.discriminatedUnion("schemaVersion", [
  Base.extend({ schemaVersion: z.literal(1) }),
  Base.extend({ schemaVersion: z.literal(2), learned: LearnedManifest }),
  Base.extend({ schemaVersion: z.literal(3), learned: LearnedWithGroups }),
]);
export type Manifest = z.infer<typeof Manifest>;
/** Of a bundle with a learned part. */
export type LearnedBundleManifest = Extract<Manifest, { schemaVersion: 2 | 3 }>;

/**
 * A manifest from outside, checked.
 *
 * @throws ServiceError "data_loss" for a damaged one, "failed_precondition" for one of another schema version.
 */
export function parseManifest(value: unknown): Manifest {
  const version = z.object({ schemaVersion: z.number() }).safeParse(value);
  const known: readonly number[] = BUNDLE_SCHEMA_VERSIONS;
  if (version.success && !known.includes(version.data.schemaVersion)) {
    throw new ServiceError(
      "failed_precondition",
      `bundle has schema version ${version.data.schemaVersion}; this build reads ${known.slice(0, -1).join(", ")} and ${known.at(-1)}`,
    );
  }
  const parsed = Manifest.safeParse(value);
  if (!parsed.success) {
    throw new ServiceError("data_loss", `bundle manifest: ${z.prettifyError(parsed.error)}`);
  }
  assertArtifacts(parsed.data);
  return parsed.data;
}

/** Each artifact once; of models only those that the manifest names. */
function assertArtifacts(manifest: Manifest): void {
  const names = manifest.artifacts.map(({ name }) => name);
  const models = manifest.schemaVersion === 1 ? [] : manifest.learned.models;
  const modelNames: readonly string[] = models.map(({ name }) => name);
  for (const [place, name] of names.entries()) {
    const model = /^model\.([^.]+)\./.exec(name)?.[1];
    const isOfNone = model !== undefined && !modelNames.includes(model);
    const isLikeness = name === LIKENESS && manifest.schemaVersion === 1;
    const isOfGroups = name === GROUP_TASTES && manifest.schemaVersion !== 3;
    if (names.indexOf(name) !== place || isOfNone || isLikeness || isOfGroups) {
      throw new ServiceError("data_loss", `bundle manifest: artifact ${name} is one too many`);
    }
  }
  if (new Set(modelNames).size !== modelNames.length) {
    throw new ServiceError("data_loss", "bundle manifest: a model is there twice");
  }
}

/** JSON with sorted keys and no blanks, so that equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/** The id of a bundle: sha256, in hex, of its canonical manifest. It covers every artifact's bytes. */
export function bundleIdOf(manifest: Manifest): string {
  return sha256(Buffer.from(canonicalJson(manifest), "utf8"));
}

/** In hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
