import { ServiceError } from "@canarec/service-kit/errors";
import type { Interactions } from "./interactions.ts";

/**
 * That interactions are what they must be: rows in order, movies of the matrix and ascending in a row,
 * preferences in [−1, 1], finite times. One pass.
 *
 * @throws ServiceError "invalid_argument" that names the first fault.
 */
export function checkInteractions(interactions: Interactions): void {
  const { users, starts, movieOf, preferences, times } = interactions;
  const length = movieOf.length;
  if (starts.length !== users + 1) refuse(`${starts.length} starts of ${users} users`);
  if (starts[0] !== 0 || starts[users] !== length) refuse("rows that do not span the matrix");
  if (preferences.length !== length || times.length !== length) {
    refuse(`${length} movies, ${preferences.length} preferences, ${times.length} times`);
  }
  for (let user = 0; user < users; user += 1) checkRow(interactions, user);
}

function checkRow({ movies, starts, movieOf, preferences, times }: Interactions, user: number) {
  const [start, end] = [starts[user] as number, starts[user + 1] as number];
  if (end < start) refuse(`user ${user} ends before they begin`);
  let last = -1;
  for (let at = start; at < end; at += 1) {
    const movie = movieOf[at] as number;
    const preference = preferences[at] as number;
    if (movie <= last) refuse(`user ${user}'s movies are not ascending`);
    if (movie >= movies) refuse(`movie ${movie} is not in 0 … ${movies - 1}`);
    if (!(preference >= -1 && preference <= 1)) {
      refuse(`preference ${preference} is not in [−1, 1]`);
    }
    if (!Number.isFinite(times[at])) refuse(`time ${times[at] ?? NaN} is not finite`);
    last = movie;
  }
}

function refuse(fault: string): never {
  throw new ServiceError("invalid_argument", `interactions: ${fault}`);
}
