import { ServiceError } from "@canarec/service-kit/errors";
import type { UserInteractions } from "../interactions.ts";
import { assertKnownMovie, assertKnownMovies } from "../known-movies.ts";
import type { Artifact, Scorer } from "../model.ts";
import type { NeighbourTable } from "./neighbour-table.ts";
import type { WeighUser } from "./weighing.ts";

/** A table as a model's artifact. @param numbers what else the model's scorer needs. */
export function neighbourArtifact(
  { movies, width, neighbours, weights }: NeighbourTable,
  numbers: Readonly<Record<string, number>>,
): Artifact {
  return { numbers: { ...numbers, movies, width }, arrays: { neighbours, weights } };
}

/** @throws ServiceError "data_loss" for arrays that do not fit the numbers, or name movies that there are not. */
export function neighbourTableOf({ numbers, arrays }: Artifact): NeighbourTable {
  const [movies, width] = [numbers["movies"] ?? NaN, numbers["width"] ?? NaN];
  const { neighbours, weights } = arrays;
  if (
    !(neighbours instanceof Int32Array && weights instanceof Float32Array) ||
    neighbours.length !== movies * width ||
    weights.length !== neighbours.length
  ) {
    throw new ServiceError("data_loss", `no table of ${movies} × ${width} neighbours`);
  }
  const stranger = neighbours.find((neighbour) => !(neighbour >= -1 && neighbour < movies));
  if (stranger !== undefined) {
    throw new ServiceError("data_loss", `neighbour ${stranger} is not in −1 … ${movies - 1}`);
  }
  return { movies, width, neighbours, weights };
}

/**
 * Scores a movie by what the user's movies say of it: Σ over the user's movies of the user's weight ×
 * the table's. A few ten thousand additions for a long history, whatever the catalogue's size.
 */
export function createNeighbourScorer(table: NeighbourTable, weigh: WeighUser): Scorer {
  const { movies, width, neighbours, weights } = table;
  const scratch = new Float32Array(movies);
  const score = (user: UserInteractions, into: Float32Array) => {
    assertKnownMovies(user.movieOf, movies);
    const loudness = weigh(user);
    into.fill(0);
    for (let place = 0; place < loudness.length; place += 1) {
      const weight = loudness[place] as number;
      if (weight !== 0) addRow(table, user.movieOf[place] as number, weight, into);
    }
  };
  return {
    movies,
    score,
    scoreSome(user, candidates, into) {
      assertKnownMovies(candidates, movies);
      score(user, scratch);
      for (let at = 0; at < candidates.length; at += 1) {
        into[at] = scratch[candidates[at] as number] as number;
      }
    },
    contributions(user, movie) {
      assertKnownMovies(user.movieOf, movies);
      assertKnownMovie(movie, movies);
      const loudness = weigh(user);
      return Float32Array.from(user.movieOf, (watched, place) => {
        const row = neighbours.subarray(watched * width, (watched + 1) * width);
        const found = row.indexOf(movie);
        const weight = found < 0 ? 0 : (weights[watched * width + found] as number);
        return weight * (loudness[place] as number);
      });
    },
  };
}

function addRow(
  { width, neighbours, weights }: NeighbourTable,
  movie: number,
  weight: number,
  into: Float32Array,
): void {
  const end = (movie + 1) * width;
  for (let at = movie * width; at < end; at += 1) {
    const neighbour = neighbours[at] as number;
    if (neighbour < 0) return;
    into[neighbour] = (into[neighbour] as number) + weight * (weights[at] as number);
  }
}
