import type { HistoryEntry } from "@canarec/db-utils/interactions/decode-history";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stateAt } from "./state-at.ts";

const MINUTE = 60_000;

const NOTHING: HistoryEntry = {
  movieKey: 7,
  ...{ furthestMinute: null, firstWatchedAtMs: null, lastWatchedAtMs: null, rating: null },
  ratedAtMs: null,
};
const watched = (firstMinute: number, lastMinute: number, furthestMinute: number) => ({
  ...NOTHING,
  furthestMinute,
  firstWatchedAtMs: firstMinute * MINUTE,
  lastWatchedAtMs: lastMinute * MINUTE,
});
const rated = (minute: number, rating: number) => ({ rating, ratedAtMs: minute * MINUTE });

describe("stateAt", () => {
  const at = 100 * MINUTE;

  it.each([
    ["was over", watched(0, 90, 89), watched(0, 90, 89)],
    ["ended just then", watched(10, 100, 90), watched(10, 100, 90)],
    ["went on: no more minutes than had passed", watched(60, 180, 110), watched(60, 100, 40)],
    ["went on, little watched", watched(0, 300, 20), watched(0, 100, 20)],
    ["began just then", watched(100, 190, 90), watched(100, 100, 0)],
    ["was rated before", { ...NOTHING, ...rated(99, 0.8) }, { ...NOTHING, ...rated(99, 0.8) }],
    ["was rated later", { ...watched(0, 90, 89), ...rated(101, 0.2) }, watched(0, 90, 89)],
    [
      "was rated, and watched only later",
      { ...watched(200, 290, 89), ...rated(50, 0.4) },
      { ...NOTHING, ...rated(50, 0.4) },
    ],
  ])("knows what %s", (_, entry, known) => {
    expect(stateAt(entry, at)).toEqual(known);
  });

  it.each([
    ["watched", watched(101, 190, 89)],
    ["rated", { ...NOTHING, ...rated(101, 1) }],
  ])("knows nothing of what was %s later", (_, entry) => {
    expect(stateAt(entry, at)).toBeUndefined();
  });

  it("never tells what happened later", () => {
    const minutes = fc.tuple(...[0, 0, 0, 0, 0].map(() => fc.integer({ min: 0, max: 200 })));
    fc.assert(
      fc.property(minutes, ([first = 0, length = 0, far = 0, rating = 0, then = 0]) => {
        const entry = { ...watched(first, first + length, far), ...rated(rating, 0.5) };
        const known = stateAt(entry, then * MINUTE);
        for (const time of [known?.firstWatchedAtMs, known?.lastWatchedAtMs, known?.ratedAtMs]) {
          expect(time ?? 0).toBeLessThanOrEqual(then * MINUTE);
        }
        expect(known === undefined).toBe(first > then && rating > then);
      }),
    );
  });
});
