import { describe, expect, it } from "vitest";
import { murmur3 } from "./murmur3.ts";

describe("murmur3", () => {
  // The vectors of the reference implementation's users (SMHasher; also in Guava and Redis tests).
  it.each([
    { text: "", seed: 0, hash: 0 },
    { text: "", seed: 1, hash: 0x514e28b7 },
    { text: "", seed: 0xffffffff, hash: 0x81f16f39 },
    { text: "test", seed: 0, hash: 0xba6bd213 },
    { text: "test", seed: 0x9747b28c, hash: 0x704b81dc },
    { text: "Hello, world!", seed: 0, hash: 0xc0363e43 },
    { text: "Hello, world!", seed: 0x9747b28c, hash: 0x24884cba },
    { text: "The quick brown fox jumps over the lazy dog", seed: 0, hash: 0x2e4ff723 },
    { text: "aaa", seed: 0x9747b28c, hash: 0x283e0130 },
    { text: "ab", seed: 0x9747b28c, hash: 0x74875592 },
  ])("of $text with seed $seed is the reference's", ({ text, seed, hash }) => {
    expect(murmur3(text, seed)).toBe(hash);
  });
});
