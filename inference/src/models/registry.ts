import { approval } from "./approval.ts";
import { content } from "./content.ts";
import { ease } from "./ease/ease.ts";
import { ials } from "./ials/ials.ts";
import { itemKnn } from "./item-knn.ts";
import { lifted } from "./lifted.ts";
import type { Model, ModelName } from "./model.ts";
import { newness } from "./newness.ts";
import { popularity } from "./popularity.ts";
import { rp3beta } from "./rp3beta.ts";
import { svd } from "./svd/svd.ts";
import { transitions } from "./transitions.ts";

/**
 * What choosing says, found on validation splits: a movie rated 3 of 5 counts 0.6 of one rated 5. What was left after
 * minutes, or rated 1.5 and less, stays a dislike.
 */
const LIFT = { lift: 0.5, leastLifted: -0.25 };

/** Likes weigh as they are, and a user's are all heard, as far as an answer in time allows. */
const GRADED = { ...LIFT, preferencePower: 1, historyLimit: 500 };

/**
 * Every model that there is, by name, with the defaults by which they do best together (validation splits of
 * ml-latest-small). Configs are theirs: take `defaults` and change what is to differ.
 */
export const MODELS: Readonly<Partial<Record<ModelName, Model>>> = {
  popularity,
  content,
  item_knn: itemKnn,
  rp3beta,
  transitions: lifted(transitions, {
    ...LIFT,
    steps: 10,
    stepDecay: 0.9,
    backward: 1,
    beta: 0.3,
    shrinkage: 50,
    lastMovies: 300,
    lastDecay: 0.995,
  }),
  // The same in the order of time: what was watched tonight counts now. The two tell more together than either.
  sequence: { ...transitions, name: "sequence" },
  ease: lifted(ease, GRADED),
  ials: lifted(ials, { ...GRADED, unobservedWeight: 0.05, lambda: 0.02 }),
  svd,
  newness,
  approval,
};
