import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openDraw } from "./draw.ts";

describe("openDraw", () => {
  it("draws different places in ascending order", () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(50), fc.nat(60), (seed, n, count) => {
        const places = [...openDraw(seed).places(n, count)];
        expect(places).toHaveLength(Math.min(n, count));
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        expect(places.every((place) => place >= 0 && place < n)).toBe(true);
      }),
    );
  });

  it("draws each subset alike often", () => {
    const draw = openDraw(3);
    const seen = new Map<string, number>();
    for (let run = 0; run < 6000; run += 1) {
      const subset = draw.places(4, 2).join();
      seen.set(subset, (seen.get(subset) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    const chiSquared = [...seen.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(20.515); // P(χ² with 5 degrees > 20.515) = .001
  });
});
