import { ROLLOUT_STATES } from "@canarec/load-balancer/rollout/rollout";
import { describe, expect, it } from "vitest";
import { standard } from "./inputs-fixture.ts";
import { cadenceSeconds, isJudged, matureBeforeMs, momentOf } from "./moments.ts";

const lasting = (seconds: number) => ({
  evaluation: { ...standard.evaluation, seconds },
});

describe("the moments of verdicts", () => {
  it("are while users may be on nightly, from the ramp on", () => {
    expect(ROLLOUT_STATES.filter(isJudged)).toEqual([
      ...["ramping", "evaluating", "extending", "holding"],
    ]);
  });

  it.each([
    [3_601, 60, 119_999, 60_000],
    [3_601, 60, 120_000, 120_000],
    [3_600, 5, 119_999, 115_000],
  ])("in an evaluation of %d s come every %d s: at %d ms it is %d", (...row) => {
    const [seconds, cadence, nowMs, moment] = row;
    expect(cadenceSeconds(lasting(seconds))).toBe(cadence);
    expect(momentOf(lasting(seconds), nowMs)).toBe(moment);
  });
});

describe("a user is mature", () => {
  it.each([
    [14_400, 14_460],
    [240, 300],
    [200, 250],
  ])("with a window of %d s once %d s are complete", (attributionSeconds, seconds) => {
    expect(matureBeforeMs({ attributionSeconds }, 20_000_000)).toBe(20_000_000 - seconds * 1_000);
  });
});
