import type { Interactions, UserInteractions } from "../models/interactions.ts";

export const PROTOCOLS = ["strong", "weak", "temporal", "leave-one-out", "gorse"] as const;

/** How interactions are parted into what models learn from and what they are asked. */
export type Protocol = (typeof PROTOCOLS)[number];

/** One user whose later, or hidden, movies a model has to find. */
export interface TestCase {
  readonly user: number;
  /** What the model is told of the user. */
  readonly known: UserInteractions;
  /** The movies to be found, ascending, at least one; none of them is in `known` or barred. */
  readonly targets: Int32Array;
  /** Movies that are never in the list, ascending: what is known. */
  readonly barred: Int32Array;
  /** The only movies that are ranked, ascending, targets among them; without it all that are not barred. */
  readonly candidates?: Int32Array;
}

/** Training and test of one protocol. Users and movies keep their indices. */
export interface Split {
  readonly protocol: Protocol;
  /** What models may learn from: nothing of it is a target of the same user. */
  readonly training: Interactions;
  /** By user, ascending. */
  readonly cases: readonly TestCase[];
}
