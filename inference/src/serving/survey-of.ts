import type { BundleContents } from "../bundle/codec/index.ts";
import { type SurveyMovies, chooseSurvey } from "../models/cold-start/choose-survey.ts";

/** Movies that may be asked about: the best known. What few know tells little, and each costs time. */
const MOST_FAMILIAR = 500;

/**
 * The movies of a bundle that tell most of a new user's taste, dense indices in order of asking; see chooseSurvey. In the
 * space of its iALS factors where it has them, else in that of its texts, else, for a bundle that learned nothing, none. Movies without
 * a title are not asked about.
 */
export function surveyOf(contents: BundleContents, count: number): number[] {
  const space = tasteSpaceOf(contents);
  if (space === undefined) return [];
  const { watchers } = contents.statistics;
  const asked = Array.from(watchers.keys())
    .filter((movie) => contents.catalogue[movie]?.title !== null)
    .sort((a, b) => (watchers[b] ?? 0) - (watchers[a] ?? 0) || a - b)
    .slice(0, MOST_FAMILIAR);
  const most = Math.max(1, watchers[asked[0] ?? 0] ?? 0);
  const { factors, dimensions } = space;
  const rows = new Float32Array(asked.length * dimensions);
  asked.forEach((movie, place) => {
    rows.set(factors.subarray(movie * dimensions, (movie + 1) * dimensions), place * dimensions);
  });
  const familiarity = asked.map((movie) => (watchers[movie] ?? 0) / most);
  const chosen = chooseSurvey({ factors: rows, dimensions, familiarity }, { count });
  return chosen.map((place) => asked[place] ?? 0);
}

function tasteSpaceOf({
  learned,
}: BundleContents): Pick<SurveyMovies, "factors" | "dimensions"> | undefined {
  const ials = learned?.models.find(({ name }) => name === "ials")?.artifact;
  const dimensions = ials?.numbers["factors"] ?? 0;
  const factors = ials?.arrays["movies"];
  if (factors instanceof Float32Array && dimensions > 0) return { factors, dimensions };
  if (learned === undefined || learned.likeness.dimensions === 0) return undefined;
  return { factors: learned.likeness.vectors, dimensions: learned.likeness.dimensions };
}
