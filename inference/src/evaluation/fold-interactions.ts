import type { Interactions } from "../models/interactions.ts";
import { openDraw } from "./draw.ts";
import { keepInteractions } from "./keep-interactions.ts";

/** Training and test of one fold of a rating prediction. Users and movies keep their indices. */
export interface Fold {
  readonly training: Interactions;
  readonly test: Interactions;
}

/**
 * Part interactions at random into folds whose sizes differ by at most 1; each is the test once.
 *
 * @param folds whole number, at least 2.
 * @throws RangeError for another number of folds.
 */
export function foldInteractions(of: Interactions, folds: number, seed: number): Fold[] {
  if (!Number.isInteger(folds) || folds < 2) throw new RangeError(`${folds} folds`);
  const draw = openDraw(seed);
  const foldOf = Uint32Array.from(of.movieOf, (_, at) => at % folds);
  for (let at = foldOf.length - 1; at > 0; at -= 1) {
    const other = draw.below(at + 1);
    [foldOf[at], foldOf[other]] = [foldOf[other] ?? 0, foldOf[at] ?? 0];
  }
  return Array.from({ length: folds }, (_, fold) => ({
    training: keepInteractions(
      of,
      Uint8Array.from(foldOf, (one) => (one === fold ? 0 : 1)),
    ),
    test: keepInteractions(
      of,
      Uint8Array.from(foldOf, (one) => (one === fold ? 1 : 0)),
    ),
  }));
}
