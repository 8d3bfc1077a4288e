import { describe, expect, it } from "vitest";
import { createThroughput } from "./throughput.ts";

describe("throughput", () => {
  it("is the mean of the last ten whole seconds", () => {
    let nowMs = 0;
    const throughput = createThroughput(() => nowMs);
    for (; nowMs < 5_000; nowMs += 500) throughput.add(100);
    expect(throughput.perSecond()).toBe(100);
    nowMs = 12_000;
    expect(throughput.perSecond()).toBe(60);
    nowMs = 60_000;
    expect(throughput.perSecond()).toBe(0);
  });
});
