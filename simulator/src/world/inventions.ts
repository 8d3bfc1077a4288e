import type { MovieFacts } from "./catalogue.ts";
import { randomStream } from "./random.ts";
import { movieSlug } from "./slug.ts";

const OPENINGS = [
  "The Last",
  "A Quiet",
  "Beyond the",
  "Return to the",
  "The Silver",
  "My",
  "Under the",
];
const MIDDLES = [
  "Hollow",
  "Winter",
  "Paper",
  "Burning",
  "Hidden",
  "Electric",
  "Northern",
  "Broken",
];
const ENDINGS = [
  "Harbor",
  "Mountain",
  "Letter",
  "Detective",
  "Orchard",
  "Signal",
  "River",
  "Season",
];

/**
 * The nth movie that comes to the platform after the opening catalogue. Its title, genres and id
 * follow from seed and number.
 *
 * @param genres those that the catalogue has.
 * @param year of its release.
 */
export function inventMovie(
  seed: number,
  number: number,
  setting: { readonly genres: readonly string[]; readonly year: number },
): MovieFacts {
  const random = randomStream(seed, "invention", number);
  const pick = (words: readonly string[]) => words[random.below(words.length)] ?? "";
  const part = number < 100 ? "" : ` ${Math.floor(number / 100) + 1}`;
  const title = `${pick(OPENINGS)} ${pick(MIDDLES)} ${pick(ENDINGS)}${part}`;
  const genres = new Set(
    [pick(setting.genres), pick(setting.genres)].filter((name) => name !== ""),
  );
  return {
    movieId: movieSlug(title, setting.year),
    title,
    year: setting.year,
    genres: [...genres].sort(),
    runtimeMinutes: 80 + random.below(60),
  };
}
