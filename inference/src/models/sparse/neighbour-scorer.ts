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
  const ends = rowEnds(table);
  const scratch = new Float32Array(movies);
  const score = (user: UserInteractions, into: Float32Array) => {
    assertKnownMovies(user.movieOf, movies);
    const loudness = weigh(user);
    into.fill(0);
    for (let place = 0; place < loudness.length; place += 1) {
      const weight = loudness[place] as number;
      if (weight === 0) continue;
      const movie = user.movieOf[place] as number;
      addRow(table, movie * width, ends[movie] as number, { weight, into });
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

/** Where each movie's entries end and its padding begins, (movies). */
function rowEnds({ movies, width, neighbours }: NeighbourTable): Int32Array {
  return new Int32Array(movies).map((_, movie) => {
    let end = movie * width;
    while (end < (movie + 1) * width && (neighbours[end] as number) >= 0) end += 1;
    return end;
  });
}

/** Four entries a turn: reading the next ones does not wait for the sums of those before. */
function addRow(
  { neighbours, weights }: NeighbourTable,
  start: number,
  end: number,
  { weight, into }: { readonly weight: number; readonly into: Float32Array },
): void {
  let at = start;
  for (; at + 3 < end; at += 4) {
    const a = neighbours[at] as number;
    const b = neighbours[at + 1] as number;
    const c = neighbours[at + 2] as number;
    const d = neighbours[at + 3] as number;
    into[a] = (into[a] as number) + weight * (weights[at] as number);
    into[b] = (into[b] as number) + weight * (weights[at + 1] as number);
    into[c] = (into[c] as number) + weight * (weights[at + 2] as number);
    into[d] = (into[d] as number) + weight * (weights[at + 3] as number);
  }
  for (; at < end; at += 1) {
    const neighbour = neighbours[at] as number;
    into[neighbour] = (into[neighbour] as number) + weight * (weights[at] as number);
  }
}
