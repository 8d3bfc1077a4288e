import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import {
  type Losses,
  type Scenario,
  type SimulatedBuild,
  equalBuilds,
} from "@canarec/monitoring/simulation/scenario";

/** A truth, and what the policy is to make of it. */
export interface Case {
  readonly name: string;
  readonly what: string;
  readonly scenario: Scenario;
  /** Simulated in full number; the others are for show, or so clear that fewer tell. */
  readonly isPromise: boolean;
}

/** Where a test of as many users finds a difference with about 80 %. */
export const BETTER = 0.15;
const WORSE = -0.3;

/** All that the policy is put to, by the plan `standard`. */
export function cases(plan: ReleasePlan): Case[] {
  const equal = equalBuilds(plan);
  const superior = equalBuilds({ ...plan, policy: "superior" });
  const promise = (name: string, what: string, scenario: Scenario): Case => ({
    ...{ name, what, scenario, isPromise: true },
  });
  const other = (name: string, what: string, scenario: Scenario): Case => ({
    ...{ name, what, scenario, isPromise: false },
  });
  const losing = (losses: Partial<Losses>): Scenario => ({
    ...equal,
    nightly: { ...equal.nightly, losses: { ...equal.nightly.losses, ...losses } },
  });
  const { margin } = plan;
  return [
    promise("equal", "two equal builds", equal),
    promise("margin", `worse by the margin, policy non-inferior`, { ...equal, effect: -margin }),
    promise("margin-superior", `worse by the margin, policy superior`, {
      ...superior,
      effect: -margin,
    }),
    promise("better", `better by ${BETTER * 100} %, policy superior`, {
      ...superior,
      effect: BETTER,
    }),
    promise("errors", "1 % errors at 50 requests/s, main .2 %", failing(equal)),
    other("worse", `worse by ${-WORSE * 100} %`, { ...equal, effect: WORSE }),
    other("lost-users", "a tenth of nightly's users is never recorded", losing({ users: 0.1 })),
    other("lost-exposures", "30 % of nightly's exposures are lost", losing({ exposures: 0.3 })),
    other("lost-answers", "30 % of the platform's lines to nightly", losing({ answers: 0.3 })),
    other("lost-watches", "10 % of what nightly's users watch", losing({ watches: 0.1 })),
    other("outage-60", "no metrics for 1 h, equal builds", outage(equal, 3_600)),
    other("outage-180", "no metrics for 3 h, equal builds", outage(equal, 10_800)),
  ];
}

/** 50 requests a second all day long, in visits of eight minutes. */
function failing(equal: Scenario): Scenario {
  const nightly: SimulatedBuild = {
    ...equal.nightly,
    failures: { ...equal.nightly.failures, errors: 0.01 },
  };
  const visitsPerHour = (50 * 3_600) / equal.requestsPerVisit;
  return { ...equal, nightly, visitsPerHour, requestGapSeconds: 120, dailySwing: 0 };
}

/** Three hours after the first user on nightly. */
function outage(equal: Scenario, seconds: number): Scenario {
  return { ...equal, outages: [{ fromSeconds: 10_800, seconds }] };
}
