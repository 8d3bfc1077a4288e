import { ServiceError } from "@canarec/service-kit/errors";
import type { BlendTerm } from "./blend.ts";
import type { BlendExample } from "./blend-example.ts";
import { minimiseNonNegative } from "./minimise-non-negative.ts";
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
  /** Mean over users of −log(chance given to a target), without the ridge. */
  readonly loss: number;
  /** The same for weights of 0: all candidates alike. */
  readonly lossOfNone: number;
  /** Users that had a target among their candidates. */
  readonly users: number;
}

/**
 * Learn non-negative weights by multinomial logistic regression over each user's candidates (the
 * list-wise loss of ListNet: Cao et al. 2007): the blend's scores are logits of which candidate a
 * user takes. The loss is convex, so the weights do not depend on where the search starts; each user counts the same.
 *
 * Users without a target among their candidates teach nothing. With none left, every weight is 0.
 *
 * @throws ServiceError "invalid_argument" where no term is asked for or a user lacks a signal's scores.
 */
export function learnBlend(
  examples: readonly BlendExample[],
  { terms, ridge }: LearningOptions,
): LearnedTerms {
  if (terms.length === 0) throw new ServiceError("invalid_argument", "a blend needs terms");
  const usable = examples.filter(({ targets }) => targets.length > 0);
  const shaped = usable.map((example) => shapeExample(example, terms));
  const lossAt = (weights: Float64Array) => listwiseLoss(shaped, weights, ridge);
  const weights = minimiseNonNegative(lossAt, terms.length);
  const plain = (at: Float64Array) => listwiseLoss(shaped, at, 0).value;
  return {
    terms: terms.map((term, t) => ({ ...term, weight: weights[t] ?? 0 })),
    loss: plain(weights),
    lossOfNone: plain(new Float64Array(terms.length)),
    users: usable.length,
  };
}

function shapeExample(
  { scores, targets }: BlendExample,
  terms: LearningOptions["terms"],
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
  return { columns, targets };
}
