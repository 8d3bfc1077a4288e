import { createHash } from "node:crypto";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";

/** Version of the layout of manifest and artifacts. A reader refuses any other. */
export const BUNDLE_SCHEMA_VERSION = 1;

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
export type ArtifactName = (typeof ARTIFACT_NAMES)[number];

const Artifact = z.strictObject({
  name: z.enum(ARTIFACT_NAMES),
  dtype: z.enum(["json", "i32", "f32", "f64"]),
  shape: z.array(z.int().min(0)),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type ArtifactEntry = z.infer<typeof Artifact>;

const Manifest = z.strictObject({
  schemaVersion: z.literal(BUNDLE_SCHEMA_VERSION),
  watermark: Watermark,
  /** Chroma collection whose vectors the neighbours come from. */
  collection: z.string().min(1),
  textVersion: z.int().min(1),
  modelVersion: z.string().min(1),
  ranking: Ranking,
  artifacts: z.array(Artifact).length(ARTIFACT_NAMES.length),
});
export type Manifest = z.infer<typeof Manifest>;

/**
 * A manifest from outside, checked.
 *
 * @throws ServiceError "data_loss" for a damaged one, "failed_precondition" for one of another schema version.
 */
export function parseManifest(value: unknown): Manifest {
  const version = z.object({ schemaVersion: z.number() }).safeParse(value);
  if (version.success && version.data.schemaVersion !== BUNDLE_SCHEMA_VERSION) {
    throw new ServiceError(
      "failed_precondition",
      `bundle has schema version ${version.data.schemaVersion}; this build reads ${BUNDLE_SCHEMA_VERSION}`,
    );
  }
  const parsed = Manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ServiceError("data_loss", `bundle manifest: ${z.prettifyError(parsed.error)}`);
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
