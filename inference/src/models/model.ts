import type { Interactions, UserInteractions } from "./interactions.ts";
import type { RowStep } from "./linear-algebra/row-step.ts";

export const MODEL_NAMES = [
  "popularity",
  "content",
  "item_knn",
  "rp3beta",
  "ease",
  "ials",
  "svd",
  "transitions",
  "sequence",
  "newness",
  "approval",
] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

/** Everything that a fitted model is: plain numbers and typed arrays, so that one codec writes them all. */
export interface Artifact {
  readonly numbers: Readonly<Record<string, number>>;
  readonly arrays: Readonly<Record<string, Int32Array | Float32Array | Float64Array>>;
}

/** What is known of the movies beside who watched them. By dense index. */
export interface MovieFeatures {
  /** Rows of unit length, (movies × dimensions); a row of zeros for a movie that is not embedded. */
  readonly embeddings: Float32Array;
  readonly dimensions: number;
  readonly genres: readonly (readonly string[])[];
  /** Directors and actors. */
  readonly people: readonly (readonly string[])[];
}

/**
 * The heavy part of linear algebra, which may run on other threads.
 *
 * Rows of all matrices lie one after the other.
 */
export interface MatrixProducts {
  /** c += sign · op(a) · op(b), where op(a) is (m × k), op(b) (k × n) and c (m × n); of equal input equal bits. */
  addProduct(product: {
    readonly a: Float32Array;
    readonly b: Float32Array;
    readonly c: Float32Array;
    readonly m: number;
    readonly n: number;
    readonly k: number;
    readonly sign: 1 | -1;
    /** a is (k × m) and enters transposed. Default false. */
    readonly transposeA?: boolean;
    /** b is (n × k) and enters transposed. Default false. */
    readonly transposeB?: boolean;
  }): Promise<void>;
  /** Half an iteration of alternating least squares; arrays in shared memory are not copied. Of equal input equal bits. */
  solveRows(step: RowStep): Promise<void>;
}

/** What fitting may use beside its data. */
export interface FitTools {
  readonly features: MovieFeatures;
  readonly products: MatrixProducts;
  /**
   * Called between two steps and awaited, so that other work has its turn; last of all with 1.
   *
   * @param share of the work that is done, in [0, 1], never less than before.
   */
  readonly progress: (share: number) => Promise<unknown>;
  /** Ends the fit between two steps: it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A model that learns which movies a user would like. Config is plain numbers and strings: it is stored. */
export interface Model<Config extends object = object> {
  readonly name: ModelName;
  readonly defaults: Config;
  /**
   * Learn. The same interactions, config and features give the same artifact.
   *
   * @throws ServiceError "invalid_argument" for a config or interactions that the model is not defined for;
   *   an empty matrix is defined: a model that knows nothing.
   */
  fit(interactions: Interactions, config: Config, tools: FitTools): Promise<Artifact>;
  /** Make ready to score, once: what can be prepared for all users. */
  prepare(artifact: Artifact): Scorer;
}

/**
 * A model in memory. Not reentrant: it may keep arrays from call to call.
 *
 * Each of its functions throws a RangeError for a movie outside 0 … movies − 1.
 */
export interface Scorer {
  readonly movies: number;
  /**
   * Score every movie for a user, watched ones too.
   *
   * @param user of any length, also none: then 0 everywhere, or what the model knows of nobody.
   * @param into (movies), overwritten; finite, larger is better. Comparable within one call only.
   */
  score(user: UserInteractions, into: Float32Array): void;
  /**
   * The same for some movies alone, where that is cheaper.
   *
   * @param candidates dense indices. @param into (candidates), overwritten: the same numbers as of `score`.
   */
  scoreSome(user: UserInteractions, candidates: Int32Array, into: Float32Array): void;
  /**
   * What each of the user's movies adds to a movie's score, (user's length); they sum to that score, up to
   * what the model says of nobody. Where the model has no such parts: zeros.
   */
  contributions(user: UserInteractions, movie: number): Float32Array;
}
