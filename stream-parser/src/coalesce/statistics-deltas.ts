/** The fields of an interaction that statistics count, before and after a batch; null before the row was there. */
export interface MovedInteraction {
  readonly movieKey: number;
  readonly before: CountedFields;
  readonly after: CountedFields;
}

export interface CountedFields {
  readonly firstWatchedAtMs: number | null;
  readonly ratedAtMs: number | null;
  /** Normalised, in (0, 1]. */
  readonly rating: number | null;
}

/** What a batch adds to a movie's counts. */
export interface MovieDelta {
  readonly movieKey: number;
  readonly watchers: number;
  readonly ratingCount: number;
  /** In units of 1/20 of the scale, exact for scales of 5 and 10; may be negative. */
  readonly ratingSum: number;
  /** In units of 1/400. */
  readonly ratingSquareSum: number;
}

/** What a batch adds to the users whose first interaction with a movie fell into an hour; may be negative. */
export interface MovieHourDelta {
  readonly movieKey: number;
  readonly hourMs: number;
  readonly viewers: number;
}

export interface StatisticsDeltas {
  /** By movie; none that adds nothing. */
  readonly movies: readonly MovieDelta[];
  /** By movie, then hour; none that adds nothing. */
  readonly hours: readonly MovieHourDelta[];
}

const HOUR_MS = 3_600_000;
const RATING_UNITS = 20;

/** Differences between what statistics count before and after. Integers, so no order of batches changes a sum. */
export function statisticsDeltas(moved: Iterable<MovedInteraction>): StatisticsDeltas {
  const movies = new Map<number, Mutable<MovieDelta>>();
  const hours = new Map<string, Mutable<MovieHourDelta>>();
  for (const { movieKey, before, after } of moved) {
    const delta = movieDelta(movies, movieKey);
    count(delta, before, -1);
    count(delta, after, 1);
    addHour(hours, { movieKey, hourMs: hourOf(before), viewers: -1 });
    addHour(hours, { movieKey, hourMs: hourOf(after), viewers: 1 });
  }
  return {
    movies: [...movies.values()]
      .filter(
        ({ watchers, ratingCount, ratingSum, ratingSquareSum }) =>
          watchers !== 0 || ratingCount !== 0 || ratingSum !== 0 || ratingSquareSum !== 0,
      )
      .sort((a, b) => a.movieKey - b.movieKey),
    hours: [...hours.values()]
      .filter(({ viewers }) => viewers !== 0)
      .sort((a, b) => a.movieKey - b.movieKey || a.hourMs - b.hourMs),
  };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function movieDelta(movies: Map<number, Mutable<MovieDelta>>, movieKey: number) {
  let delta = movies.get(movieKey);
  if (delta === undefined) {
    delta = { movieKey, watchers: 0, ratingCount: 0, ratingSum: 0, ratingSquareSum: 0 };
    movies.set(movieKey, delta);
  }
  return delta;
}

function count(delta: Mutable<MovieDelta>, fields: CountedFields, sign: 1 | -1): void {
  if (fields.firstWatchedAtMs !== null) delta.watchers += sign;
  if (fields.rating === null) return;
  const units = Math.round(fields.rating * RATING_UNITS);
  delta.ratingCount += sign;
  delta.ratingSum += sign * units;
  delta.ratingSquareSum += sign * units * units;
}

/** The hour of the first watch, or of the rating of a movie never watched; null for no row. */
function hourOf({ firstWatchedAtMs, ratedAtMs }: CountedFields): number | null {
  const atMs = firstWatchedAtMs ?? ratedAtMs;
  return atMs === null ? null : Math.floor(atMs / HOUR_MS) * HOUR_MS;
}

function addHour(
  hours: Map<string, Mutable<MovieHourDelta>>,
  change: { movieKey: number; hourMs: number | null; viewers: number },
): void {
  const { movieKey, hourMs, viewers } = change;
  if (hourMs === null) return;
  const key = `${movieKey} ${hourMs}`;
  const known = hours.get(key);
  if (known === undefined) hours.set(key, { movieKey, hourMs, viewers });
  else known.viewers += viewers;
}
