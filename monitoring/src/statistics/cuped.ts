import type { ArmEstimate } from "./contrast.ts";
import { type Moments, momentsOf } from "./moments.ts";
import { type SufficientSums, mergeSums } from "./sufficient-sums.ts";
import { type Undefined, undefinedBecause } from "./undefined.ts";

/** An arm's users, apart by whether the covariate X is known; X of the others is 0 in the sums. */
export interface CovariateSums {
  readonly known: SufficientSums;
  /** Users without a history. */
  readonly missing: SufficientSums;
}

/** Both arms after the covariates' part is taken out. */
export interface AdjustedArms {
  readonly kind: "adjusted";
  readonly main: ArmEstimate;
  readonly nightly: ArmEstimate;
  /** Slope on X; 0 where X does not vary. */
  readonly theta: number;
  /** Slope on "X is missing"; 0 where all or none are. */
  readonly missingTheta: number;
}

/** Second moments of an arm's outcome Y, covariate X (missing = pooled mean) and indicator M. */
interface ArmMoments {
  readonly n: number;
  readonly meanY: number;
  readonly meanX: number;
  readonly meanM: number;
  readonly yy: number;
  readonly xx: number;
  readonly mm: number;
  readonly yx: number;
  readonly ym: number;
  readonly xm: number;
}

/**
 * CUPED for ratios (Deng, Xu, Kohavi & Walker, WSDM 2013): of the linearised outcome
 * u = R + (S − R K) / K̄ within each arm, the part that X and "X is missing" explain is taken out
 * with one θ for both arms (within-arm covariances summed). With K = 1 it is CUPED of a mean. A
 * missing X is the mean of the known ones of both arms. X must be from before the assignment.
 */
export function cuped(main: CovariateSums, nightly: CovariateSums): AdjustedArms | Undefined {
  const known = mergeSums([main.known, nightly.known]);
  const centre = known.n === 0n ? 0 : Number(known.x) / Number(known.n);
  const [c, t] = [armMoments(main, centre), armMoments(nightly, centre)];
  if ("kind" in c) return c;
  if ("kind" in t) return t;
  const [theta, missingTheta] = slopes(c, t);
  const pooled = (a: number, b: number) => (a * c.n + b * t.n) / (c.n + t.n);
  const [poolX, poolM] = [pooled(c.meanX, t.meanX), pooled(c.meanM, t.meanM)];
  const adjust = (arm: ArmMoments): ArmEstimate => ({
    n: arm.n,
    value: arm.meanY - theta * (arm.meanX - poolX) - missingTheta * (arm.meanM - poolM),
    variance: Math.max(0, residualVariance(arm, theta, missingTheta)) / arm.n,
  });
  return { kind: "adjusted", main: adjust(c), nightly: adjust(t), theta, missingTheta };
}

function armMoments(arm: CovariateSums, centre: number): ArmMoments | Undefined {
  const all = momentsOf(mergeSums([arm.known, arm.missing]));
  if (all.kind === "undefined") return all;
  if (all.meanK === 0) return undefinedBecause("no_denominator");
  const ratio = all.meanS / all.meanK;
  const { n, meanK } = all;
  const [known, missing] = [Number(arm.known.n), Number(arm.missing.n)];
  const meanM = missing / n;
  // X is 0 in the missing users' sums; the pooled mean in its place moves it by centre × M.
  const linear = (s: number, k: number) => (s - ratio * k) / meanK;
  const missingS = Number(arm.missing.s) / Math.max(1, missing);
  const missingK = Number(arm.missing.k) / Math.max(1, missing);
  const mm = (known * missing) / (n * (n - 1));
  // Cov(A, M) = (Σ over the missing − M̄ ΣA) / (n − 1); the linearised outcome sums to 0.
  const ym = (missing * linear(missingS, missingK)) / (n - 1);
  const zeroXm = -(missing * all.meanX) / (n - 1);
  return {
    n,
    meanY: ratio,
    meanX: all.meanX + centre * meanM,
    meanM,
    yy: outcomeVariance(all, ratio),
    xx: all.varX + 2 * centre * zeroXm + centre * centre * mm,
    mm,
    yx: linear(all.covSX, all.covKX) + centre * ym,
    ym,
    xm: zeroXm + centre * mm,
  };
}

function outcomeVariance(all: Moments, ratio: number): number {
  const spread = all.varS - 2 * ratio * all.covSK + ratio * ratio * all.varK;
  return spread / (all.meanK * all.meanK);
}

/** Least squares on both covariates, from within-arm covariances summed over the arms. */
function slopes(c: ArmMoments, t: ArmMoments): readonly [number, number] {
  const [xx, mm, xm] = [c.xx + t.xx, c.mm + t.mm, c.xm + t.xm];
  const [yx, ym] = [c.yx + t.yx, c.ym + t.ym];
  const determinant = xx * mm - xm * xm;
  if (determinant > 1e-12 * xx * mm)
    return [(mm * yx - xm * ym) / determinant, (xx * ym - xm * yx) / determinant];
  if (xx > 0) return [yx / xx, 0];
  return [0, mm > 0 ? ym / mm : 0];
}

function residualVariance(arm: ArmMoments, theta: number, missingTheta: number): number {
  return (
    arm.yy +
    theta * theta * arm.xx +
    missingTheta * missingTheta * arm.mm -
    2 * theta * arm.yx -
    2 * missingTheta * arm.ym +
    2 * theta * missingTheta * arm.xm
  );
}
