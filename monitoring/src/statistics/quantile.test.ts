import { describe, expect, it } from "vitest";
import { contrastOf } from "./contrast.ts";
import { normal } from "./drawing.fixture.ts";
import { type QuantileEstimate, quantileOf, rankBounds } from "./quantile.ts";

const single = (values: readonly number[]) => values.map((value) => [value]);

function quantile(users: readonly (readonly number[])[], p: number): QuantileEstimate {
  const result = quantileOf(users, p);
  if (result.kind === "undefined") throw new Error(result.reason);
  return result;
}

/** Users of some values around a level of their own. */
function clustered(draw: () => number, users: number, each: number): number[][] {
  return Array.from({ length: users }, () => {
    const level = draw();
    return Array.from({ length: each }, () => level + draw());
  });
}

describe("rankBounds", () => {
  it("are the known ones", () => {
    expect(rankBounds(1000, 0.99).lower).toBeCloseTo(983.8, 1);
    expect(rankBounds(1000, 0.99).upper).toBeCloseTo(997.2, 1);
    expect(rankBounds(200, 0.99).lower).toBeCloseTo(195.2, 1);
    expect(rankBounds(200, 0.99).upper).toBeCloseTo(201.8, 1);
  });
});

describe("quantileOf", () => {
  it("is an order statistic", () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
    expect(quantile(single(values), 0.5).value).toBe(499);
    expect(quantile(single(values), 0.99).value).toBe(989);
    expect(quantile(single(values), 0.99).samples).toBe(1000);
  });

  it.each([
    [0.99, 563],
    [0.95, 110],
  ])("refuses p = %d below %d samples", (p, least) => {
    const values = Array.from({ length: least }, (_, i) => i);
    expect(quantileOf(single(values), p).kind).toBe("quantile");
    expect(quantileOf(single(values.slice(1)), p)).toEqual({
      kind: "undefined",
      reason: "too_few_samples",
    });
  });

  it("counts users, not their values: copies of a user's value add nothing", () => {
    const draw = normal(8);
    const once = Array.from({ length: 500 }, () => [draw()]);
    const copied = once.map(([value = 0]) => [value, value, value, value]);
    const [plain, clusteredToo] = [quantile(once, 0.5), quantile(copied, 0.5)];
    expect(clusteredToo.value).toBe(plain.value);
    expect(clusteredToo.effectiveSamples).toBeCloseTo(plain.effectiveSamples, 6);
    expect(Math.abs(clusteredToo.variance / plain.variance - 1)).toBeLessThan(0.1);
  });

  it("scales with its unit", () => {
    const values = clustered(normal(5), 60, 5);
    const plain = quantile(values, 0.5);
    const scaled = quantile(
      values.map((user) => user.map((value) => value * 1000)),
      0.5,
    );
    expect(scaled.value).toBeCloseTo(plain.value * 1000, 8);
    expect(scaled.variance / plain.variance).toBeCloseTo(1e6, 2);
  });

  it("keeps its level between equal arms", () => {
    const draw = normal(17);
    let alarms = 0;
    for (let run = 0; run < 300; run += 1) {
      const contrast = contrastOf(
        quantile(clustered(draw, 80, 8), 0.5),
        quantile(clustered(draw, 80, 8), 0.5),
        "absolute",
      );
      if (contrast.kind === "contrast" && contrast.p < 0.05) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(28); // above it, .05 has a probability below .001
  });

  it("says why there is none", () => {
    expect(quantileOf([], 0.5)).toMatchObject({ reason: "too_few_users" });
    expect(quantileOf(single(Array.from({ length: 100 }, () => 5)), 0.5)).toMatchObject({
      reason: "no_variance",
    });
  });
});
