import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

const backoff = { baseMs: 100, maxMs: 1_000 };

describe("backoffMs", () => {
  it.each([
    { attempt: 0, least: 50, most: 100 },
    { attempt: 1, least: 50, most: 200 },
    { attempt: 3, least: 50, most: 800 },
    { attempt: 4, least: 50, most: 1_000 },
    { attempt: 5_000, least: 50, most: 1_000 },
  ])("spreads attempt $attempt over [$least, $most]", ({ attempt, least, most }) => {
    expect(backoffMs(attempt, backoff, () => 0)).toBe(least);
    expect(backoffMs(attempt, backoff, () => 1)).toBe(most);
  });
});
