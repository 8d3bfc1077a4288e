import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type InteractionState, mergeInteraction } from "./merge-interaction.ts";

interface RawState extends InteractionState {
  readonly ratingRaw: number | null;
}

const nothingRated = { rating: null, ratedAtMs: null, ratingRaw: null };
const nothingWatched = { furthestMinute: null, firstWatchedAtMs: null, lastWatchedAtMs: null };

const watched = fc
  .record({ minute: fc.nat(5), first: fc.nat(5), length: fc.nat(3) })
  .map(({ minute, first, length }) => ({
    furthestMinute: minute,
    firstWatchedAtMs: first,
    lastWatchedAtMs: first + length,
  }));
const rated = fc
  .record({ units: fc.integer({ min: 1, max: 4 }), at: fc.nat(3) })
  .map(({ units, at }) => ({ rating: units / 4, ratingRaw: units, ratedAtMs: at }));
const state: fc.Arbitrary<RawState> = fc.oneof(
  watched.map((part) => ({ ...part, ...nothingRated })),
  rated.map((part) => ({ ...part, ...nothingWatched })),
  fc.tuple(watched, rated).map(([a, b]) => ({ ...a, ...b })),
);

describe("mergeInteraction", () => {
  it("is commutative, associative and idempotent", () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        expect(mergeInteraction(a, b)).toEqual(mergeInteraction(b, a));
        expect(mergeInteraction(mergeInteraction(a, b), c)).toEqual(
          mergeInteraction(a, mergeInteraction(b, c)),
        );
        expect(mergeInteraction(a, a)).toEqual(a);
      }),
    );
  });

  it("keeps the furthest minute, the first and the last time", () => {
    const early = { ...nothingRated, furthestMinute: 9, firstWatchedAtMs: 1, lastWatchedAtMs: 5 };
    const late = { ...nothingRated, furthestMinute: 3, firstWatchedAtMs: 4, lastWatchedAtMs: 8 };
    expect(mergeInteraction(early, late)).toMatchObject({
      furthestMinute: 9,
      firstWatchedAtMs: 1,
      lastWatchedAtMs: 8,
    });
  });

  it.each([
    { name: "the later rating wins, though lower", a: [0.2, 7], b: [1, 6], wins: 0.2 },
    { name: "of two at one time the higher wins", a: [0.2, 7], b: [0.4, 7], wins: 0.4 },
  ] as const)("$name", ({ a, b, wins }) => {
    const of = ([rating, ratedAtMs]: readonly [number, number]) => ({
      ...nothingWatched,
      rating,
      ratingRaw: rating * 5,
      ratedAtMs,
    });
    expect(mergeInteraction(of(a), of(b))).toMatchObject({ rating: wins, ratingRaw: wins * 5 });
  });
});
