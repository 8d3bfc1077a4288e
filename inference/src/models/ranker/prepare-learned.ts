import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { type Blend, parseBlend, signalsOf } from "../blend/blend.ts";
import type { Artifact, ModelName, Scorer } from "../model.ts";
import { MODELS } from "../registry.ts";

/** A bundle's models, made ready. */
export interface PreparedModels {
  readonly scorers: ReadonlyMap<ModelName, Scorer>;
  readonly blend: Blend;
}

/** What a bundle says of its models. */
export interface StoredModels {
  readonly models: readonly { readonly name: ModelName; readonly artifact: Artifact }[];
  readonly blend: unknown;
}

/**
 * Make a bundle's models ready to score, and try them: whatever cannot be served is found here.
 *
 * @param movies that the bundle has.
 * @throws ServiceError "data_loss" for a model that is not of these movies, cannot be made ready or scores
 *   something else than finite numbers; for a blend that cannot be read or asks for models that are not there.
 */
export function prepareLearned(stored: StoredModels, movies: number): PreparedModels {
  const blend = attempt("its blend", () => parseBlend(stored.blend));
  const scorers = new Map<ModelName, Scorer>();
  for (const { name, artifact } of stored.models) {
    const scorer = attempt(name, () => MODELS[name]?.prepare(artifact));
    if (scorer === undefined) throw unfit(name, "this build has no such model");
    if (scorer.movies !== movies)
      throw unfit(name, `it has ${scorer.movies} movies, not ${movies}`);
    attempt(name, () => assertSound(scorer));
    scorers.set(name, scorer);
  }
  const missing = signalsOf(blend).find((signal) => !scorers.has(signal));
  if (missing !== undefined) throw unfit("its blend", `it asks for ${missing}, which is not there`);
  return { scorers, blend };
}

/** Users that a model is tried on: of nobody, and of some of its movies at even distances. */
const TRIED_MOVIES = [0, 1, 50];

function assertSound(scorer: Scorer): void {
  const into = new Float32Array(scorer.movies);
  for (const count of TRIED_MOVIES) {
    const watched = Math.min(count, scorer.movies);
    const movieOf = Int32Array.from({ length: watched }, (_, place) =>
      Math.floor((place * scorer.movies) / watched),
    );
    const preferences = new Float32Array(watched).fill(0.7);
    scorer.score({ movieOf, preferences, times: new Float64Array(watched) }, into);
    if (!into.every(Number.isFinite)) throw new RangeError("it scores what is not a finite number");
  }
}

function attempt<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw unfit(what, messageOf(cause), cause);
  }
}

function unfit(what: string, why: string, cause?: unknown): ServiceError {
  return new ServiceError("data_loss", `bundle is damaged: ${what}: ${why}`, { cause });
}
