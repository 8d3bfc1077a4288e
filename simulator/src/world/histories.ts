import type { Movie } from "./catalogue.ts";

/** What users have watched, so that nobody is offered it again. */
export interface Histories {
  watched(userId: number): readonly number[];
  /** How often the user has visited before. */
  visits(userId: number): number;
  visited(userId: number, movie: Movie | undefined): void;
}

/** Movies remembered for a user; the oldest are forgotten, and may be watched again. */
const REMEMBERED = 500;

export function createHistories(): Histories {
  const users = new Map<number, { visits: number; watched: number[] }>();
  return {
    watched: (userId) => users.get(userId)?.watched ?? [],
    visits: (userId) => users.get(userId)?.visits ?? 0,
    visited(userId, movie) {
      const history = users.get(userId) ?? { visits: 0, watched: [] };
      users.set(userId, history);
      history.visits += 1;
      if (movie) history.watched.push(movie.index);
      if (history.watched.length > REMEMBERED) history.watched.shift();
    },
  };
}
