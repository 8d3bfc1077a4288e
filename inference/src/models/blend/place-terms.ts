/** Places up to which a movie's place counts: one step each, closer where lists are read most. */
const STEPS = [1, 2, 3, 5, 8, 12, 16] as const;

/**
 * What being higher in a list is worth, as terms with weights of 0 or more: term t is 1 before place `STEPS[t]`, from 0. So
 * weights are the steps by which attention falls from place to place, and it never rises (the examination hypothesis:
 * Richardson, Dominowska and Ragno 2007; as propensities of learning to rank: Joachims, Swaminathan and Schnabel 2017).
 *
 * @param places of the movies that were shown, from 0, (n).
 * @returns (terms), each (n).
 */
export function placeTerms(places: Int32Array): Float32Array[] {
  return STEPS.map((step) => Float32Array.from(places, (place) => (place < step ? 1 : 0)));
}
