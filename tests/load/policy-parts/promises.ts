import type { Characteristics } from "@canarec/monitoring/simulation/characteristics";
import { mostToShow } from "@canarec/monitoring/simulation/share";

/** A promise about one case, and what was measured. */
export interface Promised {
  readonly what: string;
  readonly aim: string;
  readonly measured: string;
  /** Null where there were too few releases to show it. */
  readonly isMet: boolean | null;
}

const MOST_KILLED = 0.01;
const MOST_PROMOTED = 0.05;
const MOST_LOST_POWER = 0.05;
const MEDIAN_SECONDS = 600;
const P90_SECONDS = 1_200;

/** What is promised of each case by name; nothing of those that are not named. */
export function promisesOf(name: string, measured: Characteristics): Promised[] {
  const { endings, releases } = measured;
  switch (name) {
    case "equal":
      return [atMost("killed", endings.killed.count, { releases, share: MOST_KILLED })];
    case "margin":
    case "margin-superior":
      return [atMost("promoted", endings.promoted.count, { releases, share: MOST_PROMOTED })];
    case "better":
      return powerPromises(measured);
    case "errors":
      return killPromises(measured);
    default:
      return [];
  }
}

function atMost(
  what: string,
  count: number,
  { releases, share }: { readonly releases: number; readonly share: number },
): Promised {
  const limit = mostToShow(releases, share);
  return {
    what,
    aim: limit < 0 ? `${releases} are too few` : `at most ${limit} of ${releases}`,
    measured: `${count}`,
    isMet: limit < 0 ? null : count <= limit,
  };
}

function powerPromises({ lostPower, lostPowerAtEnd }: Characteristics): Promised[] {
  return [
    {
      what: "power at 12 h below the fixed test's",
      aim: "95 % bound below 5 points",
      measured: `${points(lostPower.value)}, bound ${points(lostPower.upper)}`,
      isMet: lostPower.upper < MOST_LOST_POWER,
    },
    {
      what: "power by 24 h below the fixed test's at 12 h",
      aim: "none",
      measured: points(lostPowerAtEnd.value),
      isMet: lostPowerAtEnd.value <= 0,
    },
  ];
}

function killPromises({ releases, endings, secondsToKill }: Characteristics): Promised[] {
  const { count } = endings.killed;
  const { median, p90 } = secondsToKill ?? { median: Infinity, p90: Infinity };
  return [
    { what: "all killed", aim: "all", measured: `${count}`, isMet: count === releases },
    {
      what: "time to kill",
      aim: "median ≤ 10 min, p90 ≤ 20 min",
      measured: `${minutes(median)}, ${minutes(p90)}`,
      isMet: median <= MEDIAN_SECONDS && p90 <= P90_SECONDS,
    },
  ];
}

function points(difference: number): string {
  return `${(difference * 100).toFixed(1)} points`;
}

function minutes(seconds: number): string {
  return `${(seconds / 60).toFixed(1)} min`;
}
