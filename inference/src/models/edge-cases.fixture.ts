import { tasteInteractions } from "./interactions.fixture.ts";
import { type Interaction, type Interactions, interactionsFrom } from "./interactions.ts";

const NOON = Date.UTC(2026, 0, 1, 12);

/** Matrices at the edge of what there is, by what they are. */
export function edgeCases(): Record<string, Interactions> {
  const some = tasteInteractions(6, 5);
  return {
    "no users and no movies": matrix(0, 0),
    "no users": matrix(0, 3),
    "no movies": matrix(3, 0),
    "users who did nothing": matrix(3, 3),
    "one user and one movie": full(1, 1, 1),
    "one user": full(1, 8, 0.5),
    "one movie": full(8, 1, 0.5),
    "dislike alone": full(5, 4, -0.7),
    "indifference alone": full(5, 4, 0),
    "what is all alike": full(5, 4, 1),
    "a user with every movie": matrix(7, 5, [
      ...interactionList(some),
      ...[0, 1, 2, 3, 4].map((movie) => ({ user: 6, movie, preference: 0.8, time: NOON + movie })),
    ]),
    "a movie that all like": matrix(6, 6, [
      ...interactionList(some),
      ...[0, 1, 2, 3, 4, 5].map((user) => ({ user, movie: 5, preference: 1, time: NOON })),
    ]),
  };
}

/** What may be wrong with the rows of a matrix of at least two interactions, by what it is. */
export function damagesOf(interactions: Interactions): Record<string, Partial<Interactions>> {
  const { users, starts, movieOf, preferences, times } = interactions;
  return {
    "a preference that is not a number": { preferences: preferences.with(1, NaN) },
    "a preference above 1": { preferences: preferences.with(0, 1.5) },
    "a time that is not finite": { times: times.with(0, Infinity) },
    "a movie outside the matrix": { movies: 1 },
    "a movie twice in a row": { movieOf: movieOf.with(1, movieOf[0] as number) },
    "rows that end before they begin": { starts: starts.with(1, movieOf.length + 1) },
    "rows that do not span it": { starts: starts.with(users, movieOf.length - 1) },
    "too few rows": { starts: starts.slice(1) },
    "too few times": { times: times.slice(1) },
  };
}

/** Every interaction by itself. */
export function interactionList({ users, ...of }: Interactions): Interaction[] {
  return Array.from({ length: users }, (_, user) => user).flatMap((user) =>
    Array.from(of.movieOf.subarray(of.starts[user], of.starts[user + 1]), (movie, place) => {
      const at = (of.starts[user] as number) + place;
      return { user, movie, preference: of.preferences[at] ?? NaN, time: of.times[at] ?? NaN };
    }),
  );
}

/** The same with the last user first. */
export function withUsersReversed(interactions: Interactions): Interactions {
  const { users, movies } = interactions;
  const rows = interactionList(interactions);
  return matrix(
    users,
    movies,
    rows.map((row) => ({ ...row, user: users - 1 - row.user })),
  );
}

function matrix(users: number, movies: number, rows: readonly Interaction[] = []): Interactions {
  return interactionsFrom(rows, { users, movies });
}

/** Every user with every movie, liked alike, at one time. */
function full(users: number, movies: number, preference: number): Interactions {
  const rows = Array.from({ length: users * movies }, (_, at) => {
    return { user: Math.floor(at / movies), movie: at % movies, preference, time: NOON };
  });
  return matrix(users, movies, rows);
}
