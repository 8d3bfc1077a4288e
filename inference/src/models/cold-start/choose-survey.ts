import { ServiceError } from "@canarec/service-kit/errors";

/** What is known of movies when a survey is made of them. */
export interface SurveyMovies {
  /** Places in taste space, e.g. of a factor model; finite, (movies × factors). */
  readonly factors: Float32Array;
  /** Length of one movie's row. */
  readonly dimensions: number;
  /** Share of the users who know each movie, in [0, 1], (movies): what nobody knows tells nothing. */
  readonly familiarity: ArrayLike<number>;
}

export interface SurveyOptions {
  /** How many movies to ask about. */
  readonly count: number;
  /**
   * Variance of an answer around what taste foretells, where what taste foretells of the mean movie has variance 1; above 0. 1 unless
   * told.
   */
  readonly noise?: number;
  /** 1 for a movie that is not to be asked about, (movies). */
  readonly leftOut?: Uint8Array;
}

/**
 * The movies that tell most about a new user's taste: taste is a point in factor space with a normal prior, an answer on movie v
 * is taste · v + noise, and is given by those who know the movie. Greedily, each next movie is the one with the largest
 *
 *     familiarity(v) · ½ log(1 + vᵀ Σ v / noise)
 *
 * the expected information (in nats) of asking, where Σ is the covariance of taste after the movies asked so far: one that lies where
 * an earlier one did adds little, so that the survey spreads over the space (D-optimal design: Fedorov 1972; for cold
 * starts Golbandi et al. 2010). Σ shrinks by what those who know the movie would tell: by familiarity times the full update.
 *
 * @returns dense indices in order of asking, min(count, movies that tell anything); of equal ones the smaller index.
 * @throws ServiceError "invalid_argument" for arrays that do not fit one another, or a noise not above 0.
 */
export function chooseSurvey(movies: SurveyMovies, options: SurveyOptions): number[] {
  const { familiarity, dimensions, factors } = movies;
  const { count, noise = 1, leftOut } = options;
  if (factors.length !== familiarity.length * dimensions) {
    throw new ServiceError("invalid_argument", "factors and familiarity are of different movies");
  }
  if (!(noise > 0)) throw new ServiceError("invalid_argument", `noise ${noise} is not above 0`);
  const covariance = identity(dimensions, 1 / meanSquare(movies));
  const chosen: number[] = [];
  const isTaken = Uint8Array.from(
    { length: familiarity.length },
    (_, movie) => leftOut?.[movie] ?? 0,
  );
  while (chosen.length < count) {
    const best = mostTelling(movies, covariance, { noise, isTaken });
    if (best === undefined) break;
    chosen.push(best);
    isTaken[best] = 1;
    learnFrom(covariance, rowOf(movies, best), noise, familiarity[best] ?? 0);
  }
  return chosen;
}

function mostTelling(
  movies: SurveyMovies,
  covariance: Float64Array,
  { noise, isTaken }: { readonly noise: number; readonly isTaken: Uint8Array },
): number | undefined {
  let best: number | undefined;
  let most = 0;
  for (let movie = 0; movie < isTaken.length; movie += 1) {
    const known = movies.familiarity[movie] ?? 0;
    if (isTaken[movie] === 1 || !(known > 0)) continue;
    const spread = varianceAlong(covariance, rowOf(movies, movie));
    const information = (known * Math.log1p(spread / noise)) / 2;
    if (information > most) [best, most] = [movie, information];
  }
  return best;
}

function rowOf({ factors, dimensions }: SurveyMovies, movie: number): Float32Array {
  return factors.subarray(movie * dimensions, (movie + 1) * dimensions);
}

/** vᵀ Σ v. */
function varianceAlong(covariance: Float64Array, row: Float32Array): number {
  const size = row.length;
  let sum = 0;
  for (let a = 0; a < size; a += 1) {
    let along = 0;
    for (let b = 0; b < size; b += 1) {
      along += (covariance[a * size + b] as number) * (row[b] as number);
    }
    sum += along * (row[a] as number);
  }
  return Math.max(0, sum);
}

/** Σ −= share · Σ v vᵀ Σ / (noise + vᵀ Σ v). */
function learnFrom(
  covariance: Float64Array,
  row: Float32Array,
  noise: number,
  share: number,
): void {
  const size = row.length;
  const along = Float64Array.from({ length: size }, (_, a) => {
    let sum = 0;
    for (let b = 0; b < size; b += 1) {
      sum += (covariance[a * size + b] as number) * (row[b] as number);
    }
    return sum;
  });
  const scale = share / (noise + varianceAlong(covariance, row));
  for (let a = 0; a < size; a += 1) {
    for (let b = 0; b < size; b += 1) {
      const place = a * size + b;
      const told = scale * (along[a] as number) * (along[b] as number);
      covariance[place] = (covariance[place] as number) - told;
    }
  }
}

function identity(size: number, value: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let a = 0; a < size; a += 1) matrix[a * size + a] = value;
  return matrix;
}

/** Mean squared length of the rows that are not 0; 1 where all are. */
function meanSquare(movies: SurveyMovies): number {
  let total = 0;
  let rows = 0;
  for (let movie = 0; movie < movies.familiarity.length; movie += 1) {
    const square = rowOf(movies, movie).reduce((sum, value) => sum + value * value, 0);
    if (square === 0) continue;
    total += square;
    rows += 1;
  }
  return rows === 0 ? 1 : total / rows;
}
