import { describe, expect, it } from "vitest";
import { createKeyIndex } from "./key-index.ts";

describe("createKeyIndex", () => {
  it.each([
    ["no keys", []],
    ["keys that count up", [1, 2, 3, 5]],
    ["keys in any order, from 0", [7, 0, 3]],
    ["keys far apart", [3, 2_000_000_000, 9_007_199_254_740_991]],
    ["keys below 0", [-5, 4]],
    ["a key that comes twice", [4, 2, 4]],
  ])("finds places as a map would: %s", (_, keys: number[]) => {
    const indexOf = createKeyIndex(keys);
    const map = new Map(keys.map((key, place) => [key, place]));
    for (const key of [...keys, 6, -1, 0.5, 1e12, NaN]) expect(indexOf(key)).toBe(map.get(key));
  });
});
