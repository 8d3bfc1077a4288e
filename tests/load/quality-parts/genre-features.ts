import type { CatalogueMovie } from "@canarec/vectordb-scripts/catalog/catalogue-movie";
import type { LikenessSpace } from "@canarec/inference/models/blend/vary-list";
import type { MovieFeatures } from "@canarec/inference/models/model";

/** What ratings files tell of movies: genres, no text to embed, no people. */
export function genreFeatures(movies: readonly CatalogueMovie[]): MovieFeatures {
  return {
    embeddings: new Float32Array(0),
    dimensions: 0,
    genres: movies.map(({ genres }) => genres),
    people: movies.map(() => []),
  };
}

/** Movies are as alike as the genres that they share: a row of unit length over all genres. */
export function genreSpace(genres: MovieFeatures["genres"]): LikenessSpace {
  const places = new Map([...new Set(genres.flat())].sort().map((name, place) => [name, place]));
  const dimensions = places.size;
  const vectors = new Float32Array(genres.length * dimensions);
  for (const [movie, names] of genres.entries()) {
    const own = new Set(names);
    for (const name of own) {
      vectors[movie * dimensions + (places.get(name) ?? 0)] = 1 / Math.sqrt(own.size);
    }
  }
  return { vectors, dimensions };
}
