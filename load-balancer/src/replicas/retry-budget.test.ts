import { describe, expect, it } from "vitest";
import { RetryBudget } from "./retry-budget.ts";

describe("RetryBudget", () => {
  it("allows a crash's worth at once, then one in five requests", () => {
    const budget = new RetryBudget(3);
    expect([1, 2, 3, 4].map(() => budget.spend())).toEqual([true, true, true, false]);
    let allowed = 0;
    for (let request = 0; request < 1_000; request += 1) {
      budget.earn();
      if (budget.spend()) allowed += 1;
    }
    expect(allowed).toBe(200);
  });
});
