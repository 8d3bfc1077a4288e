import { readFileSync } from "node:fs";
import { SimulationPool } from "@canarec/cli/release/simulation-pool";
import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { parsePlans } from "@canarec/load-balancer/rollout/plans";
import {
  type Characteristics,
  characteristicsOf,
} from "@canarec/monitoring/simulation/characteristics";
import { type Scenario, equalBuilds } from "@canarec/monitoring/simulation/scenario";
import { binomialUpperTail } from "@canarec/monitoring/statistics/exact-binomial";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// `npm run bench -- policy` simulates 2,000 releases of 12 hours; these last a sixth of that in every respect, with
// about 900 users a track at the decision, and fail only where a promise is broken beyond chance.
const RELEASES = 200;
const CHANCE = 0.001;
const TIMEOUT_MS = 600_000;
const SHORTER = 6;

const plans = new URL("../../../load-balancer/plans.json", import.meta.url);

function shorterPlan(): ReleasePlan {
  const plan = parsePlans(JSON.parse(readFileSync(plans, "utf8"))).get("standard");
  if (plan === undefined) throw new Error("there is no plan standard");
  const { evaluation, ramp, attributionSeconds } = plan;
  return {
    ...plan,
    attributionSeconds: attributionSeconds / SHORTER,
    shadow: { seconds: 0, share: 0 },
    ramp: ramp.map(({ weight, seconds }) => ({ weight, seconds: seconds / SHORTER })),
    evaluation: {
      ...evaluation,
      seconds: evaluation.seconds / SHORTER,
      extensionSeconds: (evaluation.extensionSeconds ?? 0) / SHORTER,
    },
  };
}

const equal: Scenario = { ...equalBuilds(shorterPlan()), visitsPerHour: 1_600 };
let pool: SimulationPool;
beforeAll(() => {
  pool = new SimulationPool(2);
});
afterAll(() => {
  pool[Symbol.dispose]();
});

async function simulate(scenario: Scenario, releases = RELEASES): Promise<Characteristics> {
  return characteristicsOf(await pool.run({ scenario, judge: "policy", seed: 1, releases }));
}

/** P(so many or more) if the promise just held. */
const chanceOf = (count: number, probability: number) =>
  binomialUpperTail(count, RELEASES, probability);

describe("the whole policy", () => {
  it(
    "kills hardly any of equal builds",
    async () => {
      const { endings, usersPerTrack } = await simulate(equal);
      expect(usersPerTrack).toBeGreaterThan(700);
      expect(chanceOf(endings.killed.count, 0.01)).toBeGreaterThan(CHANCE);
      // At the decision an equal build is found worse in 1 of 40.
      expect(chanceOf(endings.worse.count, 0.025)).toBeGreaterThan(CHANCE);
      expect(chanceOf(endings.invalid.count, 0.003)).toBeGreaterThan(CHANCE);
      expect(endings["no-data"].count + endings.unfinished.count).toBe(0);
      expect(endings.promoted.count).toBeGreaterThan(0);
    },
    TIMEOUT_MS,
  );

  it(
    "promotes hardly any of builds that are worse by the margin",
    async () => {
      const { endings } = await simulate({ ...equal, effect: -equal.plan.margin });
      expect(chanceOf(endings.promoted.count, 0.05)).toBeGreaterThan(CHANCE);
      expect(endings["no-data"].count + endings.unfinished.count).toBe(0);
    },
    TIMEOUT_MS,
  );

  it(
    "gives the same on one process as on two",
    async () => {
      using one = new SimulationPool(1);
      const request = { scenario: equal, judge: "policy", seed: 2, releases: 6 } as const;
      expect(await one.run(request)).toEqual(await pool.run(request));
    },
    TIMEOUT_MS,
  );
});
