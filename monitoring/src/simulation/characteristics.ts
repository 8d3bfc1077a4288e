import { normalUpperQuantile } from "../statistics/normal.ts";
import { type ShareEstimate, shareOf } from "./share.ts";
import type { SimulatedRelease } from "./simulate-release.ts";

/** What may become of a release, each release in one. */
export const ENDINGS = [
  "promoted",
  "killed",
  "worse",
  "not-sure",
  "no-data",
  "invalid",
  "unfinished",
] as const;
export type Ending = (typeof ENDINGS)[number];

/** What a policy does to releases of one truth. */
export interface Characteristics {
  readonly releases: number;
  readonly endings: Readonly<Record<Ending, ShareEstimate>>;
  /** Of all releases: promoted at the first look, without an extension. */
  readonly promotedAtFirst: ShareEstimate;
  readonly extended: ShareEstimate;
  /** A fixed two-sided test at .05 of the first look's users finds nightly better. */
  readonly fixedTest: ShareEstimate;
  /** Fixed test − policy, of promoting at the first look, and at all: with a one-sided 95 % bound. */
  readonly lostPower: Difference;
  readonly lostPowerAtEnd: Difference;
  /** From the first user on nightly until it was killed, of those that were. */
  readonly secondsToKill: Quantiles | null;
  readonly seconds: Quantiles | null;
  /** Means over releases that came to the first look. */
  readonly usersPerTrack: number | null;
  readonly mainShare: number | null;
  readonly nightlyShare: number | null;
}

export interface Difference {
  readonly value: number;
  readonly upper: number;
}

export interface Quantiles {
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

/** How a release ended, by the row of the decision table that ended it. */
export function endingOf({ outcome, row }: SimulatedRelease): Ending {
  if (outcome === "promoted" || outcome === "unfinished") return outcome;
  if (row === 1) return "killed";
  if (row === 3) return "invalid";
  if (row === 6) return "worse";
  return row === 2 || row === null ? "no-data" : "not-sure";
}

/** Count what became of simulated releases of one scenario. */
export function characteristicsOf(releases: readonly SimulatedRelease[]): Characteristics {
  const n = releases.length;
  const share = (is: (one: SimulatedRelease) => boolean) => shareOf(releases.filter(is).length, n);
  const endings = Object.fromEntries(
    ENDINGS.map((ending) => [ending, share((one) => endingOf(one) === ending)]),
  ) as Record<Ending, ShareEstimate>;
  const isPromoted = (one: SimulatedRelease) => one.outcome === "promoted";
  const isAtFirst = (one: SimulatedRelease) => isPromoted(one) && !one.extended;
  const killed = releases.filter((one) => endingOf(one) === "killed");
  const first = releases.flatMap(({ looks }) => looks.filter(({ look }) => look === 1));
  const mean = (of: (look: (typeof first)[number]) => number) =>
    first.length === 0 ? null : first.reduce((sum, look) => sum + of(look), 0) / first.length;
  return {
    releases: n,
    endings,
    promotedAtFirst: share(isAtFirst),
    extended: share(({ extended }) => extended),
    fixedTest: share(isFoundByFixedTest),
    lostPower: differenceOf(releases, isAtFirst),
    lostPowerAtEnd: differenceOf(releases, isPromoted),
    secondsToKill: quantilesOf(killed.map(({ seconds }) => seconds)),
    seconds: quantilesOf(releases.map(({ seconds }) => seconds)),
    usersPerTrack: mean(({ main, nightly }) => (main.users + nightly.users) / 2),
    mainShare: mean(({ main }) => main.successes / main.users),
    nightlyShare: mean(({ nightly }) => nightly.successes / nightly.users),
  };
}

function isFoundByFixedTest({ looks }: SimulatedRelease): boolean {
  const z = looks.find(({ look }) => look === 1)?.z ?? 0;
  return z >= normalUpperQuantile(0.025);
}

/** Of pairs, so that what both find alike does not add to the error. */
function differenceOf(
  releases: readonly SimulatedRelease[],
  isFound: (one: SimulatedRelease) => boolean,
): Difference {
  const n = releases.length;
  const differences = releases.map((one) => Number(isFoundByFixedTest(one)) - Number(isFound(one)));
  const sum = differences.reduce((total, difference) => total + difference, 0);
  const squares = differences.reduce((total, difference) => total + difference ** 2, 0);
  const value = sum / n;
  const se = Math.sqrt(Math.max(0, squares / n - value ** 2) / n);
  return { value, upper: value + normalUpperQuantile(0.05) * se };
}

function quantilesOf(values: readonly number[]): Quantiles | null {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? null : { median: at(0.5), p90: at(0.9), max: at(1) };
}
