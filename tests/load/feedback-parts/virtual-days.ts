import { appearances, coverageOf, giniOf } from "@canarec/inference/evaluation/catalogue-metrics";
import {
  type Interaction,
  type UserInteractions,
  interactionsFrom,
  rowOf,
} from "@canarec/inference/models/interactions";
import { DEFAULT_PREFERENCE, preferenceOf } from "@canarec/inference/models/preference";
import type { TakenList } from "@canarec/inference/training/taken-list";
import { inventMovie } from "@canarec/simulator/world/inventions";
import { type Platform, createPlatform } from "@canarec/simulator/world/platform";
import { sampleMovies } from "@canarec/simulator/world/sample-movies";
import { type VisitRecord, simulateVisits } from "@canarec/simulator/world/visits";
import type { Policy } from "./policy.ts";
import { traitFeatures } from "./trait-features.ts";

export interface WorldSize {
  readonly seed: number;
  readonly days: number;
  readonly users: number;
  readonly movies: number;
  readonly visitsPerDay: number;
  readonly premieresPerDay: number;
}

/** What one day brought, by the simulation's truth. */
export interface Day {
  /** How unevenly movies were shown, in [0, 1). */
  readonly gini: number;
  /** How unevenly movies were watched, in [0, 1). */
  readonly watchedGini: number;
  /** Share of the catalogue that was shown to somebody. */
  readonly coverage: number;
  /** Mean true utility of what was watched in a visit, in logits; 0 for a visit in which nothing was. */
  readonly satisfaction: number;
  /** Mean true utility of all movies on the lists. */
  readonly listed: number;
  /** Share of places that show a movie which came during the simulation. */
  readonly newShare: number;
}

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 5);

/** Days before the first, on which nobody is recommended anything: what all policies begin with. */
const DAYS_BEFORE = 7;
const DAILY_SWING = 0.5;

/**
 * Days of a platform on which one policy recommends, learns every night from what users did with its lists, and so
 * shapes what it will learn from. The same policy, size and seed give the same days.
 */
export async function liveThrough(policy: Policy, size: WorldSize): Promise<Day[]> {
  const platform = createPlatform({
    seed: size.seed,
    users: size.users,
    movies: sampleMovies(size.movies),
  });
  const world: LivedWorld = {
    platform,
    size,
    rows: [],
    taken: [],
    histories: new Map(),
    premieres: 0,
  };
  for (let day = -DAYS_BEFORE; day < 0; day += 1) visitsOf(world, day, () => []);
  const days: Day[] = [];
  for (let day = 0; day < size.days; day += 1) {
    await learn(world, policy, day);
    const known = platform.catalogue.movies.length;
    const visits = visitsOf(world, day, (userId) => recommend(world, policy, userId, known));
    days.push(measure(world, visits));
    premiere(world, day);
  }
  return days;
}

interface LivedWorld {
  readonly platform: Platform;
  readonly size: WorldSize;
  readonly rows: Interaction[];
  readonly taken: TakenList[];
  readonly histories: Map<number, Interaction[]>;
  premieres: number;
}

async function learn({ platform, size, rows, taken }: LivedWorld, policy: Policy, day: number) {
  const { movies, genres } = platform.catalogue;
  const interactions = interactionsFrom(rows, { users: size.users, movies: movies.length });
  await policy.train({ day, interactions, taken, features: traitFeatures(movies, genres) });
}

function visitsOf(world: LivedWorld, day: number, list: (userId: number) => readonly string[]) {
  const startMs = START_MS + day * DAY_MS;
  const span = { startMs, endMs: startMs + DAY_MS, dailySwing: DAILY_SWING };
  const settings = { ...span, visitsPerDay: world.size.visitsPerDay };
  const visits: VisitRecord[] = [];
  for (const visit of simulateVisits(world.platform, settings, list)) {
    visits.push(visit);
    remember(world, visit);
  }
  return visits;
}

function remember({ platform, rows, taken, histories }: LivedWorld, visit: VisitRecord): void {
  const { movie, position, userId, lastMinute, stars, atMs } = visit;
  if (movie === undefined) return;
  if (position !== undefined) {
    const { catalogue } = platform;
    const movies = Int32Array.from(visit.list, (movieId) => catalogue.find(movieId)?.index ?? -1);
    const places = Int32Array.from(movies.keys());
    taken.push({ user: userId - 1, atMs, movies, places, taken: movie.index });
  }
  const preference = preferenceOf(
    { rating: (stars ?? NaN) / 5, furthestMinute: lastMinute, minutes: movie.lengthMinutes },
    DEFAULT_PREFERENCE,
  );
  const row = { user: userId - 1, movie: movie.index, preference, time: atMs };
  rows.push(row);
  const history = histories.get(userId) ?? [];
  history.push(row);
  histories.set(userId, history);
}

function recommend(world: LivedWorld, policy: Policy, userId: number, known: number): string[] {
  const history = (world.histories.get(userId) ?? []).filter(({ movie }) => movie < known);
  const user = userRow(history, known);
  const key = { userId, bundleId: policy.name, historyVersion: history.length };
  const listed = policy.list({ known: user, barred: user.movieOf, key });
  const { movies } = world.platform.catalogue;
  return listed.flatMap((movie) => movies[movie]?.facts.movieId ?? []);
}

function userRow(history: readonly Interaction[], movies: number): UserInteractions {
  const own = history.map((row) => ({ ...row, user: 0 }));
  return rowOf(interactionsFrom(own, { users: 1, movies }), 0);
}

function premiere(world: LivedWorld, day: number): void {
  const { catalogue, seed } = world.platform;
  for (let n = 0; n < world.size.premieresPerDay; n += 1) {
    const facts = inventMovie(seed, world.premieres, { genres: catalogue.genres, year: 2026 });
    world.premieres += 1;
    catalogue.add(facts, START_MS + (day + 1) * DAY_MS);
  }
}

function measure({ platform, size }: LivedWorld, visits: readonly VisitRecord[]): Day {
  const { catalogue } = platform;
  const lists = visits.map(({ list }) =>
    Int32Array.from(list, (movieId) => catalogue.find(movieId)?.index ?? 0),
  );
  const watched = visits.flatMap(({ movie }) => (movie === undefined ? [] : [movie.index]));
  const total = catalogue.movies.length;
  const shown = appearances(lists, total);
  const utility = (userId: number, movieId: string) => platform.trueUtility(userId, movieId) ?? 0;
  const listed = visits.flatMap(({ userId, list }) => list.map((id) => utility(userId, id)));
  const gained = visits.map(({ userId, movie }) =>
    movie === undefined ? 0 : utility(userId, movie.facts.movieId),
  );
  const places = shown.reduce((sum, count) => sum + count, 0);
  const fresh = shown.subarray(size.movies).reduce((sum, count) => sum + count, 0);
  return {
    gini: giniOf(shown),
    watchedGini: giniOf(appearances([Int32Array.from(watched)], total)),
    coverage: coverageOf(shown),
    satisfaction: meanOf(gained),
    listed: meanOf(listed),
    newShare: places === 0 ? 0 : fresh / places,
  };
}

/** 0 of nothing. */
export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
