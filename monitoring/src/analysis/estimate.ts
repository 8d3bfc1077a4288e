import { ratioOf } from "../statistics/ratio-metric.ts";
import { boundariesOf } from "../statistics/group-sequential.ts";
import { parseSums } from "../statistics/sufficient-sums.ts";
import type { TrackSums, VerdictInputs } from "./verdict-inputs.ts";

/** Nightly against a share of main, within strata by time of entry. */
export interface StratifiedContrast {
  /** Of main and nightly, weighted alike. */
  readonly main: number;
  readonly nightly: number;
  /** nightly − share × main. */
  readonly value: number;
  readonly se: number;
  readonly z: number;
  readonly users: number;
  readonly strata: number;
}

/**
 * Σ_h ω_h (R_Th − share R_Ch) with ω_h ∝ n_Th n_Ch / (n_Th + n_Ch): Mantel and Haenszel's weights, so that a
 * daily rhythm and an uneven arrival of users cancel. Strata where a track has fewer than two users tell nothing.
 *
 * @param share 1 for the difference; 1 − m to test a relative margin m without estimating a ratio.
 * @returns undefined without a common stratum or without variance.
 */
export function stratifiedContrast(
  strata: readonly TrackSums[],
  share: number,
): StratifiedContrast | undefined {
  const parts = strata.flatMap((sums) => {
    const main = ratioOf(parseSums(sums.main));
    const nightly = ratioOf(parseSums(sums.nightly));
    if (main.kind === "undefined" || nightly.kind === "undefined") return [];
    return [{ main, nightly, weight: (main.n * nightly.n) / (main.n + nightly.n) }];
  });
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((sum, part) => sum + (part.weight / total) * of(part), 0);
  const variance = parts.reduce(
    (sum, { main, nightly, weight }) =>
      sum + (weight / total) ** 2 * (nightly.variance + share * share * main.variance),
    0,
  );
  if (!(variance > 0)) return undefined;
  const main = mean((part) => part.main.value);
  const nightly = mean((part) => part.nightly.value);
  const value = nightly - share * main;
  const se = Math.sqrt(variance);
  const users = parts.reduce((sum, part) => sum + part.main.n + part.nightly.n, 0);
  return { main, nightly, value, se, z: value / se, users, strata: parts.length };
}

/** Strata below `count`. */
export function strataBelow(
  inputs: Pick<VerdictInputs, "strata">,
  count: number,
): VerdictInputs["strata"] {
  return inputs.strata.filter(({ stratum }) => stratum < count);
}

/** Mature users of each track. */
export function usersOf(strata: readonly TrackSums[]): { main: number; nightly: number } {
  const count = (track: "main" | "nightly") =>
    strata.reduce((sum, sums) => sum + Number(sums[track].n), 0);
  return { main: count("main"), nightly: count("nightly") };
}

/**
 * The bound on |z| at the first look, and at the second, whose correlation with the first follows from the
 * information that both had.
 *
 * @param information 1 / se² of both looks; only the ratio matters.
 */
export function lookBounds(
  spent: readonly [number, number],
  information: readonly [number, number],
): readonly [number, number] {
  const [first, second] = information;
  const looks = boundariesOf([1, Math.max(second / first, LEAST_GROWTH)], spent);
  if (looks.kind === "undefined") return [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  return [looks.bounds[0] ?? Number.POSITIVE_INFINITY, looks.bounds[1] ?? Number.POSITIVE_INFINITY];
}

/** Where a second look brought no information: the two are then as good as one. */
export const LEAST_GROWTH = 1.000_1;
