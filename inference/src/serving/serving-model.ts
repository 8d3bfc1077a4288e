import { type BundleContents, type CatalogueMovie, NEIGHBOURS } from "../bundle/codec/index.ts";
import { type Newcomers, noNewcomers } from "../models/ranker/newcomers.ts";
import { minutesOf } from "../ranking/movie-minutes.ts";
import { type RankingParameters } from "../ranking/parameters.ts";
import type { Standings } from "../ranking/rank-movies.ts";
import { orderByStanding, ranksOfIds, standingOf } from "../ranking/standing.ts";
import { variedOrder } from "../ranking/varied-order.ts";
import {
  type NeighbourIndex,
  type NeighbourList,
  packNeighbours,
  withAdditions,
} from "../retrieval/neighbour-index.ts";
import { type KeyIndex, createKeyIndex } from "./key-index.ts";
import { type LearnedModels, learnedModelsOf, newcomersOf } from "./learned-models.ts";
import {
  type CountRow,
  type LiveCounts,
  countsFromBundle,
  setCounts,
  withRoomFor,
} from "./movie-counts.ts";

/** Length of the popular list: as many movies as may be asked for, and as many that may be excluded. */
const POPULAR_LENGTH = 400;

/** Movies that may come after the bundle, before one with them must be built: room in the index. */
const GROWTH = 2;

/** A movie that came after the bundle: its catalogue row and its neighbours, by movie key. */
export interface NewMovie {
  readonly movie: CatalogueMovie;
  readonly neighbours: readonly number[];
  readonly similarities: readonly number[];
}

/**
 * What a replica answers from: a bundle, with newer counts and newer movies laid over it. `version`
 * changes with the movies, `countsVersion` with what is known of all of them: each minute.
 */
export class ServingModel {
  readonly bundleId: string;
  readonly contents: BundleContents;
  readonly parameters: RankingParameters;
  /** Undefined where the bundle has no learned part. */
  readonly learned: LearnedModels | undefined;
  #newcomers: Newcomers;
  #keptFromAll: readonly number[] = [];
  #version = 0;
  #countsVersion = 0;
  #movies: readonly CatalogueMovie[];
  #byKey: KeyIndex;
  #byId: Map<string, number>;
  #minutes: Float32Array;
  #counts: LiveCounts;
  #index: NeighbourIndex;
  readonly #packed: NeighbourIndex;
  #idRanks: Int32Array;
  #standings: Standings;
  #popular: readonly number[];

  /** @throws ServiceError "data_loss" for a learned part that cannot be served. */
  constructor(bundleId: string, contents: BundleContents) {
    this.bundleId = bundleId;
    this.contents = contents;
    this.parameters = contents.ranking;
    this.learned = learnedModelsOf(contents);
    this.#newcomers = noNewcomers(contents.catalogue.length);
    this.#movies = contents.catalogue;
    this.#packed = packNeighbours(
      contents.neighbours,
      contents.similarities,
      NEIGHBOURS,
      Math.max(1_000, contents.catalogue.length * GROWTH),
    );
    this.#index = this.#packed;
    this.#counts = countsFromBundle(contents.statistics);
    ({
      byKey: this.#byKey,
      byId: this.#byId,
      minutes: this.#minutes,
      idRanks: this.#idRanks,
    } = tablesOf(this.#movies));
    this.#standings = this.#computeStandings();
    this.#popular = this.#computePopular();
  }

  get version(): number {
    return this.#version;
  }

  get countsVersion(): number {
    return this.#countsVersion;
  }

  /** By dense index. */
  get movies(): readonly CatalogueMovie[] {
    return this.#movies;
  }

  get index(): NeighbourIndex {
    return this.#index;
  }

  get standings(): Standings {
    return this.#standings;
  }

  get counts(): LiveCounts {
    return this.#counts;
  }

  /** Minutes of each movie, typical where unknown. */
  get minutes(): Float32Array {
    return this.#minutes;
  }

  /** Dense indices, best first and varied; see variedOrder. */
  get popular(): readonly number[] {
    return this.#popular;
  }

  /** Movies that came after the bundle, as its learned models judge them. */
  get newcomers(): Newcomers {
    return this.#newcomers;
  }

  /** Dense indices of movies that nobody is shown. */
  get keptFromAll(): readonly number[] {
    return this.#keptFromAll;
  }

  /** Show these movies to nobody, in place of those kept before. Keys that are not there do not matter. */
  keepFromAll(movieKeys: Iterable<number>): void {
    const kept = [...movieKeys].flatMap((key) => this.#byKey(key) ?? []).sort((a, b) => a - b);
    if (kept.join() === this.#keptFromAll.join()) return;
    this.#keptFromAll = kept;
    this.#version += 1;
  }

  indexOf(movieKey: number): number | undefined {
    return this.#byKey(movieKey);
  }

  indexOfId(movieId: string): number | undefined {
    return this.#byId.get(movieId);
  }

  /**
   * Take newer counts.
   *
   * @param decay what the viewers of movies without a row are multiplied by, in (0, 1].
   */
  applyCounts(rows: Iterable<CountRow>, decay: number): void {
    const { viewers } = this.#counts;
    for (let movie = 0; movie < viewers.length; movie += 1) {
      viewers[movie] = (viewers[movie] as number) * decay;
    }
    for (const row of rows) {
      const movie = this.#byKey(row.movieKey);
      if (movie !== undefined) setCounts(this.#counts, movie, row);
    }
    this.#computeOrders();
    this.#countsVersion += 1;
  }

  /**
   * Lay all movies that came after the bundle over it, in place of those laid over it before. They
   * keep their dense indices in order of movie key after the bundle's; a movie of the bundle that
   * had no neighbours yet gets them.
   */
  applyNewMovies(added: readonly NewMovie[]): void {
    const base = this.contents.catalogue;
    const known = new Set(base.map((movie) => movie.movieKey));
    const before = new Map(this.#movies.map((movie, place) => [movie.movieKey, place]));
    const extra = added
      .filter(({ movie }) => !known.has(movie.movieKey))
      .map(({ movie }) => movie)
      .sort((a, b) => a.movieKey - b.movieKey);
    const counts = this.#counts;
    this.#movies = [...base, ...extra];
    ({
      byKey: this.#byKey,
      byId: this.#byId,
      minutes: this.#minutes,
      idRanks: this.#idRanks,
    } = tablesOf(this.#movies));
    this.#counts = withRoomFor(counts, this.#movies.length);
    extra.forEach((movie, place) => {
      const old = before.get(movie.movieKey);
      setCounts(this.#counts, base.length + place, rowFrom(counts, old, movie.movieKey));
    });
    const lists = this.#listsOf(added);
    this.#index = withAdditions(this.#packed, lists);
    this.#newcomers = newcomersOf(base.length, this.#movies.length, lists);
    this.#computeOrders();
    this.#version += 1;
  }

  /** Movie keys that the bundle knows the neighbours of. */
  keysWithNeighbours(): number[] {
    return this.contents.catalogue
      .filter((_, row) => (this.#packed.entries[row * NEIGHBOURS] ?? 0) !== 0)
      .map((movie) => movie.movieKey);
  }

  #listsOf(added: readonly NewMovie[]): Map<number, NeighbourList> {
    const lists = new Map<number, NeighbourList>();
    for (const { movie, neighbours, similarities } of added) {
      const of = this.#byKey(movie.movieKey);
      if (of === undefined) continue;
      const found = neighbours
        .map((key, place) => ({
          index: this.#byKey(key),
          similarity: similarities[place] ?? 0,
        }))
        .filter((pair): pair is { index: number; similarity: number } => pair.index !== undefined);
      lists.set(of, {
        indices: found.map(({ index }) => index),
        similarities: found.map(({ similarity }) => similarity),
      });
    }
    return lists;
  }

  #computeOrders(): void {
    this.#standings = this.#computeStandings();
    this.#popular = this.#computePopular();
  }

  #computeStandings(): Standings {
    const standing = standingOf(this.#counts, this.parameters);
    return {
      standing,
      order: orderByStanding(standing, this.#idRanks),
      idRanks: this.#idRanks,
      similarityWeight: this.parameters.similarityWeight,
    };
  }

  #computePopular(): readonly number[] {
    const leadingGenre = (movie: number) => this.#movies[movie]?.genres[0];
    return variedOrder(this.#standings.order, leadingGenre, POPULAR_LENGTH);
  }
}

function tablesOf(movies: readonly CatalogueMovie[]) {
  return {
    byKey: createKeyIndex(movies.map((movie) => movie.movieKey)),
    byId: new Map(movies.map((movie, place) => [movie.movieId, place])),
    minutes: minutesOf(movies),
    idRanks: ranksOfIds(movies.map((movie) => movie.movieId)),
  };
}

function rowFrom(counts: LiveCounts, place: number | undefined, movieKey: number): CountRow {
  const at = (column: Float64Array) => (place === undefined ? 0 : (column[place] ?? 0));
  return {
    movieKey,
    watchers: at(counts.watchers),
    ratingCount: at(counts.ratingCounts),
    ratingSum: at(counts.ratingSums),
    viewers: at(counts.viewers),
  };
}
