import type { ModelName } from "../model.ts";
import type { Blend } from "./blend.ts";
import { shapeScores } from "./shape-scores.ts";

/** One user's scores of the candidates, each (candidates), by model. */
export type SignalScores = Readonly<Partial<Record<ModelName, Float32Array>>>;

/**
 * Add up what the models say of one user's candidates:
 *
 *     blended(c) = Σ over terms of weight · shape(signal's scores)(c)
 *
 * A term whose signal is not given is left out: so a model that is over its time budget is skipped, and the
 * others decide. Candidates that all signals hold equal get equal scores.
 *
 * @param into (candidates), overwritten; finite. Comparable within one user.
 * @param scratch (candidates), overwritten; kept by the caller, so that nothing is allocated.
 */
export function blendScores(
  { terms }: Pick<Blend, "terms">,
  scores: SignalScores,
  into: Float32Array,
  scratch: Float32Array = new Float32Array(into.length),
): void {
  into.fill(0);
  for (const { signal, shape, weight } of terms) {
    const given = scores[signal];
    if (given === undefined || weight === 0) continue;
    shapeScores(shape, given, scratch);
    for (let i = 0; i < into.length; i += 1) {
      into[i] = (into[i] as number) + weight * (scratch[i] as number);
    }
  }
}

/**
 * What each signal adds to one candidate's blended score, for an explanation; they sum to it. Signals that
 * are not given are missing.
 *
 * @param candidate its place among the candidates.
 */
export function signalShares(
  { terms }: Pick<Blend, "terms">,
  scores: SignalScores,
  candidate: number,
): Partial<Record<ModelName, number>> {
  const shares: Partial<Record<ModelName, number>> = {};
  for (const { signal, shape, weight } of terms) {
    const given = scores[signal];
    if (given === undefined) continue;
    const shaped = new Float32Array(given.length);
    shapeScores(shape, given, shaped);
    shares[signal] = (shares[signal] ?? 0) + weight * (shaped[candidate] ?? 0);
  }
  return shares;
}
