import type { DrawKey } from "@canarec/inference/models/blend/slot-draws";
import type { Interactions, UserInteractions } from "@canarec/inference/models/interactions";
import type { MovieFeatures } from "@canarec/inference/models/model";
import type { TakenList } from "@canarec/inference/training/taken-list";

/** Whom a list is for. */
export interface Visitor {
  readonly known: UserInteractions;
  /** What the user has met, ascending dense indices: never listed. */
  readonly barred: Int32Array;
  readonly key: DrawKey;
}

/** A way of recommending that learns every night from what it brought about. */
export interface Policy {
  readonly name: string;
  /** Learn from everything so far. */
  train(night: Night): Promise<void>;
  /** Dense indices, best first, at most LIST_LENGTH, none of the barred. */
  list(visitor: Visitor): readonly number[];
}

/** What is known one night. */
export interface Night {
  /** From 0. */
  readonly day: number;
  readonly interactions: Interactions;
  /** What was taken of the policy's own lists so far. */
  readonly taken: readonly TakenList[];
  readonly features: MovieFeatures;
}

export const LIST_LENGTH = 20;
