import type { Drift, DriftRule } from "./drift.ts";
import { type Mix, mixDrift, sizeOf } from "./mix-drift.ts";
import { shareDrift } from "./share-drift.ts";

/** Kinds of lines that the platform sends, as Postgres can count them afterwards. */
const LINES = ["watch", "rating", "account", "recommendation", "rejected"] as const;

/** What a movie's metadata may leave empty. */
const FIELDS = ["overview", "year", "language", "runtime", "poster", "genres", "people"] as const;

/** All that is checked; the label `check` has these values. */
export const DATA_CHECKS = [
  ...LINES.map((kind) => `lines_${kind}` as const),
  "rejection_reasons",
  "rating_mix",
  "metadata_known",
  ...FIELDS.map((field) => `metadata_${field}` as const),
  "catalogue_growth",
] as const;

export type DataCheck = (typeof DATA_CHECKS)[number];

/** Counts of days of 24 hours, the newest first. */
export interface DailyData {
  /** By kind of line. */
  readonly lines: readonly Mix[];
  /** Rejected lines by reason. */
  readonly reasons: readonly Mix[];
  /** By the rating as it came. */
  readonly ratings: readonly Mix[];
  /** `movies` first seen in the day, of these `known`, of those by filled field; `catalogue`: movies at its end. */
  readonly movies: readonly Mix[];
}

/** Of 14 days, or of the 6 that lines are kept: fewer tell little of how days differ. */
const LEAST_DAYS = 5;

/** Ones that matter, by what recommendations are made of; docs/data-quality.md has them as a table. */
const RULES = {
  lines: { leastDays: LEAST_DAYS, leastSamples: 1_000, leastDifference: 0.05 },
  // The objective of the stream: no more than one line in a hundred.
  rejected: { leastDays: LEAST_DAYS, leastSamples: 1_000, leastDifference: 0.01 },
  mixes: { leastDays: LEAST_DAYS, leastSamples: 200, leastDifference: 0.25 },
  metadata: { leastDays: LEAST_DAYS, leastSamples: 30, leastDifference: 0.1 },
  catalogue: { leastDays: LEAST_DAYS, leastSamples: 100, leastDifference: 0.05 },
} as const satisfies Readonly<Record<string, DriftRule>>;

/** What is measured of each input, and whether it is unlike before; a check without enough samples is left out. */
export function checkData(data: DailyData): ReadonlyMap<DataCheck, Drift> {
  const share = (days: readonly Mix[], part: string, whole: string, rule: DriftRule) =>
    shareDrift(
      days.map((day) => ({ part: day[part] ?? 0, whole: day[whole] ?? 0 })),
      rule,
    );
  const lines = data.lines.map((day): Mix => ({ ...day, all: sizeOf(day) }));
  const found: [DataCheck, Drift | undefined][] = [
    ...LINES.map((kind): [DataCheck, Drift | undefined] => {
      const rule = kind === "rejected" ? RULES.rejected : RULES.lines;
      return [`lines_${kind}`, share(lines, kind, "all", rule)];
    }),
    ["rejection_reasons", mixDrift(data.reasons, RULES.mixes)],
    ["rating_mix", mixDrift(data.ratings, RULES.mixes)],
    ["metadata_known", share(data.movies, "known", "movies", RULES.metadata)],
    ...FIELDS.map((field): [DataCheck, Drift | undefined] => [
      `metadata_${field}`,
      share(data.movies, field, "known", RULES.metadata),
    ]),
    ["catalogue_growth", share(data.movies, "movies", "catalogue", RULES.catalogue)],
  ];
  return new Map(found.filter((one): one is [DataCheck, Drift] => one[1] !== undefined));
}
