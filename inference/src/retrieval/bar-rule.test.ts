import { describe, expect, it } from "vitest";
import { DEFAULT_BAR_RULE, hadReason } from "./bar-rule.ts";

const met = { rating: NaN, furthestMinute: NaN, minutes: 100 };

describe("hadReason", () => {
  it.each([
    ["rated low", { ...met, rating: 0.1 }, "rated"],
    ["rated high and hardly watched", { ...met, rating: 1, furthestMinute: 0 }, "rated"],
    ["watched up to the share", { ...met, furthestMinute: 4 }, undefined],
    ["watched a minute more", { ...met, furthestMinute: 5 }, "watched"],
    ["watched beyond its end", { ...met, furthestMinute: 500 }, "watched"],
    ["of unknown length", { ...met, furthestMinute: 0, minutes: null }, "watched"],
    ["of no length", { ...met, furthestMinute: 0, minutes: 0 }, "watched"],
    ["met nobody knows how", met, "watched"],
  ])("of a movie %s, above a share of 5 %%", (_, movie, reason) => {
    expect(hadReason(movie, { watchedAbove: 0.05 })).toBe(reason);
  });

  it("takes any minute for watched unless told otherwise", () => {
    expect(hadReason({ ...met, furthestMinute: 0 }, DEFAULT_BAR_RULE)).toBe("watched");
  });

  it("takes no share for watched where the share is all", () => {
    expect(hadReason({ ...met, furthestMinute: 99 }, { watchedAbove: 1 })).toBeUndefined();
  });
});
