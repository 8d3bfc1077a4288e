import { type Random, randomStream, uniformOf } from "./random.ts";
import { type TasteSpace, fit, lovedGenres, userTaste } from "./tastes.ts";

/** A user of the simulated platform, with what only the simulation knows. */
export interface User {
  readonly userId: number;
  /** Place in taste space: FACTORS numbers of length 1. */
  readonly taste: Float32Array;
  /** One to three genres, best loved first. */
  readonly loves: readonly string[];
  /** The genre that lies farthest from their taste. */
  readonly avoids: string | undefined;
  /** Share of watched movies that they rate, in [0.5, 1). */
  readonly ratesShare: number;
  /** How far their ratings lie above those of others, in stars of five. */
  readonly generosity: number;
  /** Rates in half stars, not in whole ones. */
  readonly halfStars: boolean;
}

export interface Population {
  /** Users so far; their ids are 1 … count. */
  count(): number;
  user(userId: number): User;
  /** A user id, drawn in proportion to how often these users visit. */
  draw(random: Random): number;
  /** Someone opens an account. @returns the new user id. */
  add(): number;
}

/** Users kept ready; more are made again when they visit. */
const USERS_READY = 300_000;

/** Everything about a user follows from seed and id, so that any number of them costs nothing. */
export function createPopulation(
  seed: number,
  space: TasteSpace,
  start: { readonly users: number; readonly genres: readonly string[] },
): Population {
  let count = start.users;
  const ready = new Map<number, User>();
  return {
    count: () => count,
    user(userId) {
      const known = ready.get(userId);
      if (known) return known;
      if (ready.size >= USERS_READY) ready.clear();
      const user = createUser(space, userId, {
        genres: start.genres,
        random: randomStream(seed, "user", userId),
      });
      ready.set(userId, user);
      return user;
    },
    draw(random) {
      for (;;) {
        const userId = 1 + random.below(count);
        if (random.chance(activity(seed, userId))) return userId;
      }
    },
    add: () => (count += 1),
  };
}

function createUser(
  space: TasteSpace,
  userId: number,
  drawn: { readonly genres: readonly string[]; readonly random: Random },
): User {
  const { genres, random } = drawn;
  const loves = lovedGenres(genres, random);
  const taste = userTaste(space, loves, random);
  return {
    userId,
    taste,
    loves,
    avoids: farthestGenre(space, genres, taste),
    ratesShare: 0.5 + 0.5 * random.uniform(),
    generosity: 0.3 * random.normal(),
    halfStars: random.chance(0.2),
  };
}

function farthestGenre(
  space: TasteSpace,
  genres: readonly string[],
  taste: Float32Array,
): string | undefined {
  let farthest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const genre of genres) {
    const cosine = fit(taste, space.genre(genre));
    if (cosine >= least) continue;
    least = cosine;
    farthest = genre;
  }
  return farthest;
}

/** How often a user visits, relative to the busiest, in [0.05, 1): most visit seldom. */
export function activity(seed: number, userId: number): number {
  return 0.05 + 0.95 * uniformOf(seed, `activity ${userId}`) ** 3;
}
