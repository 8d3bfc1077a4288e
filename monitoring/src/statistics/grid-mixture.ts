import { ServiceError } from "@canarec/service-kit/errors";

/** Exposures and failures of both arms in one interval of constant weight, a minute say. */
export interface FailureCounts {
  readonly mainExposures: number;
  readonly mainFailures: number;
  readonly nightlyExposures: number;
  readonly nightlyFailures: number;
}

/** What the test tells apart: H₀ is "nightly fails at most `ratio` times as often as main". */
export interface GridMixture {
  /** r > 0; 1.2 lets nightly fail a fifth more often. */
  readonly ratio: number;
  /** Log likelihood ratios against r, one for each alternative of {@link alternativesOf}. */
  readonly logRatios: readonly number[];
}

const ALTERNATIVES = 64;
/** The nearest alternative is 5 % worse than the margin, the farthest 64 times. */
const NEAREST = Math.log(1.05);
const FARTHEST = Math.log(64);

/** The rate ratios θ_j the evidence is mixed over, equally: r × 1.05 … r × 64 in equal log steps. */
export function alternativesOf(ratio: number): readonly number[] {
  return Array.from(
    { length: ALTERNATIVES },
    (_, j) => ratio * Math.exp(NEAREST + ((FARTHEST - NEAREST) * j) / (ALTERNATIVES - 1)),
  );
}

/** Before any data: e = 1. @throws ServiceError invalid_argument unless ratio > 0. */
export function startMixture(ratio: number): GridMixture {
  if (!(ratio > 0 && Number.isFinite(ratio)))
    throw new ServiceError("invalid_argument", `the rate ratio must be positive: ${ratio}`);
  return { ratio, logRatios: Array.from({ length: ALTERNATIVES }, () => 0) };
}

/**
 * The mixture after one more interval. Given the failures of both arms, nightly's are binomial
 * with p(θ) = θ E_T / (θ E_T + E_C); conditioning makes any traffic and any weight harmless
 * (Lindon et al., "Rapid regression detection", 2022). Each factor has expectation ≤ 1 for every
 * θ ≤ r (monotone likelihood ratio), so e is a supermartingale and, by Ville's inequality,
 * P(e ever ≥ 1 / α) ≤ α whenever one looks. An interval with an arm unexposed tells nothing.
 *
 * @throws ServiceError invalid_argument unless 0 ≤ failures ≤ exposures in both arms.
 */
export function addInterval(mixture: GridMixture, counts: FailureCounts): GridMixture {
  checkCounts(counts);
  const { mainExposures, mainFailures, nightlyExposures, nightlyFailures } = counts;
  if (mainExposures === 0 || nightlyExposures === 0) return mixture;
  const margin = mixture.ratio;
  const denominator = (theta: number) => Math.log(theta * nightlyExposures + mainExposures);
  // ln p(θ)/p(r) = ln θ/r − growth; ln (1 − p(θ))/(1 − p(r)) = −growth. Without failures nothing is learnt.
  const failures = nightlyFailures + mainFailures;
  if (failures === 0) return mixture;
  const base = denominator(margin);
  const alternatives = alternativesOf(margin);
  return {
    ratio: margin,
    logRatios: mixture.logRatios.map((logRatio, j) => {
      const theta = alternatives[j] ?? margin;
      const growth = denominator(theta) - base;
      return logRatio + nightlyFailures * Math.log(theta / margin) - failures * growth;
    }),
  };
}

/** ln e, the evidence that nightly fails more than r times as often as main. */
export function logEvidence(mixture: GridMixture): number {
  const largest = Math.max(...mixture.logRatios);
  const sum = mixture.logRatios.reduce((total, ratio) => total + Math.exp(ratio - largest), 0);
  return largest + Math.log(sum / ALTERNATIVES);
}

/** ln e of the totals of each step: the same evidence, where weights were constant within. */
export function logEvidenceOf(ratio: number, steps: Iterable<FailureCounts>): number {
  let mixture = startMixture(ratio);
  for (const step of steps) mixture = addInterval(mixture, step);
  return logEvidence(mixture);
}

/** Whether harm is proven at level alpha: e ≥ 1 / alpha. */
export function provesHarm(logE: number, alpha: number): boolean {
  return logE >= -Math.log(alpha);
}

function checkCounts(counts: FailureCounts): void {
  const within = (failures: number, exposures: number) =>
    failures >= 0 && failures <= exposures && Number.isSafeInteger(exposures + failures);
  if (
    !within(counts.mainFailures, counts.mainExposures) ||
    !within(counts.nightlyFailures, counts.nightlyExposures)
  )
    throw new ServiceError(
      "invalid_argument",
      `failures must be whole numbers within exposures: ${JSON.stringify(counts)}`,
    );
}
