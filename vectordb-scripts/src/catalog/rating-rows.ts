import type { Interactions } from "@canarec/inference/models/interactions";
import { rowStarts } from "@canarec/inference/models/row-starts";

/** Ratings as they come, in columns that grow: 20 bytes a rating. */
export interface RatingRows {
  add(user: number, movie: number, preference: number, time: number): void;
  /** In rows: of two of one user and movie the later counts, of two at one time the larger preference. */
  finish(size: { readonly users: number; readonly movies: number }): Interactions;
}

const FIRST_ROOM = 1 << 16;

export function createRatingRows(): RatingRows {
  let room = FIRST_ROOM;
  let count = 0;
  let users = new Int32Array(room);
  let movieOf = new Int32Array(room);
  let preferences = new Float32Array(room);
  let times = new Float64Array(room);
  const grow = () => {
    room *= 2;
    users = grown(users, new Int32Array(room));
    movieOf = grown(movieOf, new Int32Array(room));
    preferences = grown(preferences, new Float32Array(room));
    times = grown(times, new Float64Array(room));
  };
  return {
    add(user, movie, preference, time) {
      if (count === room) grow();
      users[count] = user;
      movieOf[count] = movie;
      preferences[count] = preference;
      times[count] = time;
      count += 1;
    },
    finish: (size) =>
      inRows({ users: users.subarray(0, count), movieOf, preferences, times }, size),
  };
}

function grown<A extends Int32Array | Float32Array | Float64Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

interface Columns extends Pick<Interactions, "movieOf" | "preferences" | "times"> {
  readonly users: Int32Array;
}

function inRows(
  columns: Columns,
  { users, movies }: { readonly users: number; readonly movies: number },
): Interactions {
  const order = latestOfEach(columns, users);
  return {
    users,
    movies,
    starts: rowStarts(
      order.map((place) => columns.users[place] ?? 0),
      users,
    ),
    movieOf: Int32Array.from(order, (place) => columns.movieOf[place] ?? 0),
    preferences: Float32Array.from(order, (place) => columns.preferences[place] ?? 0),
    times: Float64Array.from(order, (place) => columns.times[place] ?? 0),
  };
}

/** Places by user, then movie, each pair once. */
function latestOfEach({ users, movieOf, preferences, times }: Columns, count: number): Uint32Array {
  const byUser: number[][] = Array.from({ length: count }, () => []);
  users.forEach((user, place) => byUser[user]?.push(place));
  const at = (column: ArrayLike<number>, place: number) => column[place] ?? 0;
  const chosen = new Uint32Array(users.length);
  let kept = 0;
  for (const places of byUser) {
    places.sort(
      (a, b) =>
        at(movieOf, a) - at(movieOf, b) ||
        at(times, b) - at(times, a) ||
        at(preferences, b) - at(preferences, a),
    );
    let last = -1;
    for (const place of places) {
      if (at(movieOf, place) === last) continue;
      last = at(movieOf, place);
      chosen[kept] = place;
      kept += 1;
    }
  }
  return chosen.subarray(0, kept);
}
