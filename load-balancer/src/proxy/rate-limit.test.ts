import { describe, expect, it } from "vitest";
import { RateLimit, networkOf } from "./rate-limit.ts";

const LIMITS = { recommend: 10, api: 1, change: 1, other: 0 };

function allowed(limit: RateLimit, tries: number, nowMs: number, address = "10.0.0.1"): number {
  return Array.from({ length: tries }, () => limit.waitMs("recommend", address, nowMs)).filter(
    (waitMs) => waitMs === 0,
  ).length;
}

describe("RateLimit", () => {
  it("lets two seconds' worth and one through at once, then as many as come in time", () => {
    const limit = new RateLimit(LIMITS);
    expect(allowed(limit, 100, 1_000)).toBe(21);
    expect(limit.waitMs("recommend", "10.0.0.1", 1_000)).toBeCloseTo(100);
    expect(allowed(limit, 100, 1_500)).toBe(5);
    expect(allowed(limit, 100, 60_000)).toBe(21);
  });

  it("lets through for ever who keeps to the rate", () => {
    const limit = new RateLimit(LIMITS);
    const waits = Array.from({ length: 10_000 }, (_, i) =>
      limit.waitMs("recommend", "10.0.0.1", i * 100),
    );
    expect(Math.max(...waits)).toBe(0);
  });

  it("counts addresses and paths apart", () => {
    const limit = new RateLimit(LIMITS);
    expect(allowed(limit, 100, 0, "10.0.0.1")).toBe(21);
    expect(allowed(limit, 100, 0, "10.0.0.2")).toBe(21);
    expect(limit.waitMs("api", "10.0.0.1", 0)).toBe(0);
  });

  it("is none at 0", () => {
    const limit = new RateLimit(LIMITS);
    const waits = Array.from({ length: 1_000 }, () => limit.waitMs("other", "10.0.0.1", 0));
    expect(new Set(waits)).toEqual(new Set([0]));
  });

  it("remembers as many addresses as it has room for, the newest", () => {
    const limit = new RateLimit(LIMITS);
    expect(allowed(limit, 100, 0, "first")).toBe(21);
    for (let i = 0; i < 9_999; i += 1) limit.waitMs("recommend", `a${i}`, 0);
    expect(allowed(limit, 1, 0, "first")).toBe(0);
    limit.waitMs("recommend", "one more", 0);
    expect(allowed(limit, 100, 0, "first")).toBe(21);
  });

  it("forgets in the order of first appearance, however many come", () => {
    const limit = new RateLimit(LIMITS);
    for (let i = 0; i < 25_000; i += 1) allowed(limit, 21, 0, `a${i}`);
    expect(allowed(limit, 1, 0, "a24999")).toBe(0);
    expect(allowed(limit, 1, 0, "a15000")).toBe(0);
    expect(allowed(limit, 1, 0, "a14999")).toBe(1);
  });
});

describe("networkOf", () => {
  it.each([
    ["10.0.0.1", "10.0.0.1"],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:db8:1:2::6", "2001:db8:1:2"],
    ["2001:db8::6", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["", ""],
  ])("of %s is %s", (address, network) => expect(networkOf(address)).toBe(network));
});
