import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const SMALL_CATALOG_MOVIES = 60;

/** Write a catalogue that is embedded in a second. @returns its path. */
export function writeSmallCatalog(folder: string): string {
  const path = join(folder, "movies.jsonl");
  const genres = ["Comedy", "Drama", "Western"];
  const line = (n: number) =>
    JSON.stringify({
      movieId: `the+tale+of+${n}`,
      title: `The Tale of ${n}`,
      year: 1950 + n,
      genres: [genres[n % genres.length]],
      overview: `Somebody sets out with ${n} friends and returns with one fewer.`,
    });
  const lines = Array.from({ length: SMALL_CATALOG_MOVIES }, (_, n) => `${line(n + 1)}\n`);
  writeFileSync(path, lines.join(""));
  return path;
}
