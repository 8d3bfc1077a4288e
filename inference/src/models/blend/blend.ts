import { z } from "zod";
import { ServiceError } from "@canarec/service-kit/errors";
import { MODEL_NAMES, type ModelName } from "../model.ts";

/** How a model's scores are made comparable over one user's candidates; see shapeScores. */
export const SHAPE_NAMES = ["share", "standard", "rank"] as const;
export type ShapeName = (typeof SHAPE_NAMES)[number];

/** Far beyond what is learned; sums of larger ones would leave single precision. */
const MOST_WEIGHT = 1e6;

/** One summand. No weight is below 0, so a better score in any model never makes a movie worse. */
export const BlendTerm = z.strictObject({
  signal: z.enum(MODEL_NAMES),
  shape: z.enum(SHAPE_NAMES),
  /** In logits of being the movie that a user takes next, per unit of the shape. */
  weight: z.number().min(0).max(MOST_WEIGHT),
});
export type BlendTerm = z.output<typeof BlendTerm>;

/** Re-ranking for variety by maximal marginal relevance; see varyList. */
export const Variety = z.strictObject({
  /** What likeness to a movie already listed costs, in the blend's logits; 0: no re-ranking. */
  weight: z.number().min(0).max(MOST_WEIGHT),
  /** Candidates that may enter the list: the best so many. */
  depth: z.int().min(1).max(1_000),
});
export type Variety = z.output<typeof Variety>;

/** Slots in which movies from beyond the list are tried; see fillSlots. */
export const Exploration = z.strictObject({
  /** Places in the list, from 0, each once. */
  slots: z
    .array(z.int().min(0).max(99))
    .max(20)
    .refine((slots) => new Set(slots).size === slots.length, "a slot is named twice"),
  /** Chance that a slot explores, in [0, 1]. */
  chance: z.number().min(0).max(1),
  /** Candidates beyond the list that may be drawn: the best so many. */
  pool: z.int().min(1).max(1_000),
  /**
   * Logits by which the blend's scores are divided when drawing: near 0 the best of the pool is
   * always drawn, with a large one all are alike.
   */
  temperature: z.number().positive(),
});
export type Exploration = z.output<typeof Exploration>;

/** Everything that turns models' scores into a list: plain JSON, stored with a bundle, fit to be read. */
export const Blend = z.strictObject({
  terms: z.array(BlendTerm).min(1),
  /** Candidates that each sparse model names; see nameCandidates. */
  candidatesPerModel: z.int().min(1).max(10_000),
  variety: Variety,
  exploration: Exploration,
});
export type Blend = z.output<typeof Blend>;

/**
 * Read a blend.
 *
 * @throws ServiceError "invalid_argument" for anything else than a blend.
 */
export function parseBlend(value: unknown): Blend {
  const parsed = Blend.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ServiceError("invalid_argument", `not a blend: ${z.prettifyError(parsed.error)}`);
}

/** The models that a blend reads, each once, in the order of MODEL_NAMES. */
export function signalsOf(blend: Pick<Blend, "terms">): ModelName[] {
  const used = new Set(blend.terms.filter(({ weight }) => weight > 0).map(({ signal }) => signal));
  return MODEL_NAMES.filter((name) => used.has(name));
}
