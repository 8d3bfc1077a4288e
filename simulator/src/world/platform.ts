import {
  type Catalogue,
  type Movie,
  type MovieFacts,
  createCatalogue,
  movieSampler,
} from "./catalogue.ts";
import { type Histories, createHistories } from "./histories.ts";
import { type Population, type User, createPopulation } from "./population.ts";
import { type Random, randomStream } from "./random.ts";
import { createTasteSpace } from "./tastes.ts";
import { type Visit, respond, trueUtility } from "./response.ts";

/** What both forms of the simulation share: movies, users, and what these do with a list. */
export interface Platform {
  readonly seed: number;
  readonly catalogue: Catalogue;
  readonly population: Population;
  readonly histories: Histories;
  /** The truth by external ids; undefined for an unknown movie. */
  trueUtility(userId: number, movieId: string): number | undefined;
  /**
   * The user's next visit: what they do when they are shown this list at this time. Depends on the
   * user, how often they were here, their history and the list, not on what others do.
   */
  visit(userId: number, list: readonly string[], nowMs: number): Visit;
}

export interface PlatformSettings {
  readonly seed: number;
  /** Users at the start; their ids are 1 … users. */
  readonly users: number;
  readonly movies: readonly MovieFacts[];
}

/** Movies that a user comes across beside the list. */
const BROWSED = 12;
const SAMPLER_LIFE_MS = 3_600_000;

export function createPlatform(settings: PlatformSettings): Platform {
  const { seed } = settings;
  const space = createTasteSpace(seed);
  const catalogue = createCatalogue(seed, space, settings.movies);
  const start = { users: settings.users, genres: catalogue.genres };
  const population = createPopulation(seed, space, start);
  const histories = createHistories();
  const sample = freshSampler(catalogue);
  return {
    seed,
    catalogue,
    population,
    histories,
    trueUtility(userId, movieId) {
      const movie = catalogue.find(movieId);
      return movie && trueUtility(population.user(userId), movie);
    },
    visit(userId, list, nowMs) {
      const random = randomStream(seed, "visit", userId, histories.visits(userId));
      const watched = histories.watched(userId);
      const isNew = (movie: Movie | undefined): movie is Movie =>
        movie !== undefined && !watched.includes(movie.index);
      const sampler = sample(nowMs);
      const recommended = list.map((movieId) => catalogue.find(movieId)).filter(isNew);
      const browsed: Movie[] = [];
      for (let n = 0; n < BROWSED; n += 1) {
        const movie = sampler(random);
        if (isNew(movie) && !browsed.includes(movie)) browsed.push(movie);
      }
      const offer = { recommended, browsed };
      const visit = respond(population.user(userId), offer, random);
      histories.visited(userId, visit.movie);
      return visit;
    },
  };
}

type Sampler = (random: Random) => Movie | undefined;

/** A sampler made anew every hour, and whenever a movie has come. */
function freshSampler(catalogue: Catalogue): (nowMs: number) => Sampler {
  let made: { sampler: Sampler; atMs: number; movies: number } | undefined;
  return (nowMs) => {
    const movies = catalogue.movies.length;
    if (made?.movies !== movies || nowMs - made.atMs >= SAMPLER_LIFE_MS || nowMs < made.atMs) {
      made = { sampler: movieSampler(catalogue.movies, nowMs), atMs: nowMs, movies };
    }
    return made.sampler;
  };
}

/** The n movies that a user would enjoy most, best first: what a perfect recommender would show. */
export function bestMovies(user: User, movies: readonly Movie[], n: number): Movie[] {
  return movies
    .map((movie) => ({ movie, utility: trueUtility(user, movie) }))
    .sort((a, b) => b.utility - a.utility || a.movie.index - b.movie.index)
    .slice(0, n)
    .map(({ movie }) => movie);
}
