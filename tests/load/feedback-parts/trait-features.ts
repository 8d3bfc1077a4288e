import type { MovieFeatures } from "@canarec/inference/models/model";
import type { Movie } from "@canarec/simulator/world/catalogue";

/** Weight of the decade against one genre. */
const DECADE_WEIGHT = 0.5;
const FIRST_DECADE = 190;
const DECADES = 20;

/** What a catalogue tells of its movies, in place of embedded texts: genres and decade, as rows of unit length. */
export function traitFeatures(movies: readonly Movie[], genres: readonly string[]): MovieFeatures {
  const dimensions = genres.length + DECADES;
  const embeddings = new Float32Array(movies.length * dimensions);
  for (const { index, facts } of movies) {
    const row = embeddings.subarray(index * dimensions, (index + 1) * dimensions);
    for (const genre of facts.genres) row[genres.indexOf(genre)] = 1;
    if (facts.year !== null) {
      row[genres.length + Math.floor(facts.year / 10) - FIRST_DECADE] = DECADE_WEIGHT;
    }
    const length = Math.hypot(...row) || 1;
    for (let d = 0; d < dimensions; d += 1) row[d] = (row[d] as number) / length;
  }
  return {
    embeddings,
    dimensions,
    genres: movies.map(({ facts }) => facts.genres),
    people: movies.map(() => []),
  };
}
