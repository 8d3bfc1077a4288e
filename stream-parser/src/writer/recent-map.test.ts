import { describe, expect, it } from "vitest";
import { RecentMap } from "./recent-map.ts";

describe("RecentMap", () => {
  it("keeps what is used and forgets the rest, within its bound", () => {
    const map = new RecentMap<number, number>(100);
    for (let key = 0; key < 10_000; key += 1) {
      map.set(key, key);
      expect(map.get(7)).toBe(key < 7 ? undefined : 7);
    }
    const held = Array.from({ length: 10_000 }, (_, key) => key).filter(
      (key) => map.get(key) !== undefined,
    );
    expect(held.length).toBeLessThanOrEqual(200);
    expect(held).toContain(9_999);
  });

  it("forgets everything on demand", () => {
    const map = new RecentMap<string, number>(1);
    map.set("a", 1);
    map.set("b", 2);
    map.clear();
    expect([map.get("a"), map.get("b")]).toEqual([undefined, undefined]);
  });
});
