import { ServiceError } from "@canarec/service-kit/errors";
import type { BlendTerm } from "./blend.ts";
import type { BlendExample } from "./blend-example.ts";
import { minimiseNonNegative } from "./minimise-non-negative.ts";
import { placeTerms } from "./place-terms.ts";
import { shapeScores } from "./shape-scores.ts";
import { type ShapedExample, listwiseLoss } from "./listwise-loss.ts";

export interface LearningOptions {
  /** Which terms to weigh. */
  readonly terms: readonly Omit<BlendTerm, "weight">[];
  /** Strength of the pull of each weight towards 0, per user; about 0.001 … 0.1. */
  readonly ridge: number;
}

/** What was learned, and how well it tells the targets. */
export interface LearnedTerms {
  readonly terms: BlendTerm[];
  /** Mean over examples of −log(chance given to a target), without the ridge. */
  readonly loss: number;
  /** The same for weights of 0: all candidates alike. */
  readonly lossOfNone: number;
  /** Examples that had a target among what was chosen from. */
  readonly users: number;
}

/**
 * Learn non-negative weights by multinomial logistic regression over what each user chose from (the
 * list-wise loss of ListNet: Cao et al. 2007; conditional logit: McFadden 1974): the blend's scores are logits of which
 * movie a user takes. The loss is convex, so the weights do not depend on where the search starts; each example counts the same.
 *
 * Where a list was shown, its movies alone are compared, and what their places in it did is learned beside the
 * weights (placeTerms) and left out of them. Examples without a target teach nothing. With none left, every weight is 0.
 *
 * @throws ServiceError "invalid_argument" where no term is asked for or a user lacks a signal's scores.
 */
export function learnBlend(
  examples: readonly BlendExample[],
  { terms, ridge }: LearningOptions,
): LearnedTerms {
  if (terms.length === 0) throw new ServiceError("invalid_argument", "a blend needs terms");
  const usable = examples.filter(({ targets }) => targets.length > 0);
  const hasOffers = usable.some(({ offer }) => offer !== undefined);
  const shaped = usable.map((example) => shapeExample(example, terms, hasOffers));
  const lossAt = (weights: Float64Array) => listwiseLoss(shaped, weights, ridge);
  const size = shaped[0]?.columns.length ?? terms.length;
  const weights = minimiseNonNegative(lossAt, size);
  const plain = (at: Float64Array) => listwiseLoss(shaped, at, 0).value;
  return {
    terms: terms.map((term, t) => ({ ...term, weight: weights[t] ?? 0 })),
    loss: plain(weights),
    lossOfNone: plain(new Float64Array(size)),
    users: usable.length,
  };
}

/** @param hasPlaces whether columns of places follow those of the terms. */
function shapeExample(
  { scores, targets, offer }: BlendExample,
  terms: LearningOptions["terms"],
  hasPlaces: boolean,
): ShapedExample {
  const columns = terms.map(({ signal, shape }) => {
    const given = scores[signal];
    if (given === undefined) {
      throw new ServiceError("invalid_argument", `no scores of "${signal}" to learn from`);
    }
    const shaped = new Float32Array(given.length);
    shapeScores(shape, given, shaped);
    return shaped;
  });
  if (offer === undefined) {
    const nowhere = new Int32Array(columns[0]?.length ?? 0).fill(NOWHERE);
    return { columns: hasPlaces ? [...columns, ...placeTerms(nowhere)] : columns, targets };
  }
  const offered = columns.map((column) =>
    Float32Array.from(offer.candidates, (candidate) => column[candidate] as number),
  );
  const taken = new Set(targets);
  return {
    columns: [...offered, ...placeTerms(offer.places)],
    targets: Int32Array.from(offer.candidates.keys()).filter((row) =>
      taken.has(offer.candidates[row] as number),
    ),
  };
}

/** A place below every list. */
const NOWHERE = 2 ** 31 - 1;
