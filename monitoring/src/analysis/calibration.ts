import { type ShareEstimate, shareOf } from "../simulation/share.ts";
import { type LinearSlope, linearSlope } from "../statistics/linear-slope.ts";
import { type RankCorrelation, rankCorrelation } from "../statistics/rank-correlation.ts";
import type { Undefined } from "../statistics/undefined.ts";

/** A relative difference, nightly to main, with its 95 % interval. */
export interface RelativeDifference {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

/** A finished release: what the offline gate expected of it, and what its canary found. */
export interface CalibrationPoint {
  readonly releaseId: number;
  readonly offline: RelativeDifference;
  readonly online: RelativeDifference;
}

/** How far the offline gate foretells the canary. */
export interface Calibration {
  readonly points: number;
  /** Fewer than LEAST_POINTS: intervals are given, conclusions are not. */
  readonly tooFew: boolean;
  /** Points on which both have the same sign, of those where neither is exactly 0. */
  readonly sameSign: ShareEstimate;
  /** Of those that each is sure of: neither interval holds 0. */
  readonly sameSignWhereSure: ShareEstimate;
  /** Online lift by offline difference. */
  readonly slope: LinearSlope | Undefined;
  readonly correlation: RankCorrelation | Undefined;
}

/** With fewer even a perfect order of signs is compatible with a gate that is right two times of three. */
export const LEAST_POINTS = 10;

/**
 * Hold what the gate expected against what was found. What the gate refused has never been a canary, so the
 * points are of a narrower range than all builds: the correlation is rather too low than too high.
 */
export function calibrate(points: readonly CalibrationPoint[]): Calibration {
  const pairs = points.map(({ offline, online }) => [offline.value, online.value] as const);
  return {
    points: points.length,
    tooFew: points.length < LEAST_POINTS,
    sameSign: agreement(points.filter(({ offline, online }) => offline.value * online.value !== 0)),
    sameSignWhereSure: agreement(
      points.filter(({ offline, online }) => isSure(offline) && isSure(online)),
    ),
    slope: linearSlope(pairs),
    correlation: rankCorrelation(pairs),
  };
}

function isSure({ lower, upper }: RelativeDifference): boolean {
  return lower > 0 || upper < 0;
}

function agreement(points: readonly CalibrationPoint[]): ShareEstimate {
  const same = points.filter(({ offline, online }) => offline.value > 0 === online.value > 0);
  return shareOf(same.length, points.length);
}
