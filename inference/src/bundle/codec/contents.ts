import type { RankingParameters } from "../../ranking/parameters.ts";
import type { Artifact, ModelName } from "../../models/model.ts";
import type { GroupTastes } from "../../models/cold-start/group-tastes.ts";
import type { LikenessSpace } from "../../models/blend/vary-list.ts";
import type { PreferenceRule } from "../../models/preference.ts";
import type { LearnedFrom } from "./learned-manifest.ts";
import type { Watermark } from "./manifest.ts";

/** What a bundle says of one movie of the catalogue. */
export interface CatalogueMovie {
  /** Dense key of the database. */
  readonly movieKey: number;
  /** The platform's opaque id. */
  readonly movieId: string;
  readonly title: string | null;
  readonly year: number | null;
  readonly runtimeMinutes: number | null;
  readonly genres: readonly string[];
}

/** Counts of each movie at the watermark, n of each. */
export interface BundleStatistics {
  readonly watchers: Int32Array;
  readonly ratingCounts: Int32Array;
  /** Sums of ratings in 1/20 of the normalised rating. */
  readonly ratingSums: Float64Array;
  /** Sums of their squares, in 1/400. */
  readonly ratingSquareSums: Float64Array;
  /** Viewers, decayed by the half-life to the time of the latest event. */
  readonly viewers: Float64Array;
}

/** A fitted model as a bundle carries it. */
export interface LearnedModel {
  readonly name: ModelName;
  /** What it was fitted with: plain values. */
  readonly config: Readonly<Record<string, JsonValue>>;
  readonly artifact: Artifact;
}

/** Anything that JSON can say. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** Models that were trained, and how their scores become one list. Its movies are the bundle's. */
export interface LearnedPart {
  readonly from: LearnedFrom;
  readonly seed: number;
  /** The rule by which interactions became preferences. */
  readonly preference: PreferenceRule;
  readonly models: readonly LearnedModel[];
  readonly blend: Readonly<Record<string, JsonValue>>;
  /** In which movies are alike, for variety. */
  readonly likeness: LikenessSpace;
  /** What groups of users like; absent where nothing is known of users. */
  readonly groups?: GroupTastes;
}

/** A bundle in memory. Movies have dense indices 0 … n − 1, in the order of their keys. */
export interface BundleContents {
  readonly watermark: Watermark;
  readonly collection: string;
  readonly textVersion: number;
  readonly modelVersion: string;
  readonly ranking: RankingParameters;
  readonly catalogue: readonly CatalogueMovie[];
  /** n × 100 dense indices, row by row, best first, padded with −1. */
  readonly neighbours: Int32Array;
  /** n × 100 cosine similarities, in [−1, 1]; 0 where padded. */
  readonly similarities: Float32Array;
  readonly statistics: BundleStatistics;
  /** Absent where nothing was trained: neighbours alone are served. */
  readonly learned?: LearnedPart;
}
