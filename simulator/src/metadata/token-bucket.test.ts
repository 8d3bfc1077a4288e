import { describe, expect, it } from "vitest";
import { createTokenBucket } from "./token-bucket.ts";

describe("a token bucket", () => {
  it("grants so many at once and so many a second", () => {
    const bucket = createTokenBucket(5);
    const granted = (atMs: number, tries: number) =>
      Array.from({ length: tries }, () => bucket.take(atMs)).filter(Boolean).length;
    expect(granted(1_000_000, 10)).toBe(5);
    expect(granted(1_000_400, 10)).toBe(2);
    expect(granted(1_060_000, 10)).toBe(5);
  });
});
