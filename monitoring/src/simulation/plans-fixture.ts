import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { standard } from "../analysis/inputs-fixture.ts";

/** A plan of half an hour with looks every five seconds, and an attribution window of 5 minutes. */
export const short: ReleasePlan = {
  ...standard,
  name: "short",
  attributionSeconds: 300,
  shadow: { seconds: 0, share: 0 },
  ramp: [
    { weight: 0.05, seconds: 130 },
    { weight: 0.25, seconds: 120 },
  ],
  evaluation: { ...standard.evaluation, seconds: 1_200, extensionSeconds: 600 },
  minimumUsers: 100,
};

export { standard };
