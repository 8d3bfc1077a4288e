import { describe, expect, it } from "vitest";
import { contrastOf } from "./contrast.ts";
import { normal, uniform } from "./drawing.fixture.ts";
import { normalSurvival } from "./normal.ts";
import { ratioOf } from "./ratio-metric.ts";
import { type UserValues, sumsOfUsers } from "./sufficient-sums.ts";

describe("equal arms", () => {
  it("differ as rarely as they may by users, and far too often by requests", () => {
    const draw = uniform(2024);
    const taste = normal(6);
    const arm = () =>
      sumsOfUsers(
        Array.from({ length: 300 }, (): UserValues => {
          const chance = 1 / (1 + Math.exp(0.85 - 1.4 * taste()));
          const requests = 1 + Math.floor(20 * draw());
          let hits = 0;
          for (let i = 0; i < requests; i += 1) if (draw() < chance) hits += 1;
          return { s: hits, k: requests, x: 0 };
        }),
      );
    const runs = 400;
    let [byUsers, byRequests] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const [main, nightly] = [ratioOf(arm()), ratioOf(arm())];
      if (main.kind === "undefined" || nightly.kind === "undefined") throw new Error("no ratio");
      const contrast = contrastOf(main, nightly, "absolute");
      if (contrast.kind === "undefined") throw new Error(contrast.reason);
      if (contrast.p < 0.05) byUsers += 1;
      const naive = contrast.value / Math.sqrt(main.naiveVariance + nightly.naiveVariance);
      if (2 * normalSurvival(Math.abs(naive)) < 0.05) byRequests += 1;
    }
    expect(byUsers).toBeLessThanOrEqual(35); // above it, .05 has a probability below .001
    expect(byUsers).toBeGreaterThanOrEqual(7); // as low as it may be by chance
    expect(byRequests).toBeGreaterThan(80);
  });
});
