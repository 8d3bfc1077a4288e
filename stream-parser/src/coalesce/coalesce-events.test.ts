import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StreamEvent } from "../contract/event.ts";
import { coalesceEvents } from "./coalesce-events.ts";

const HOUR = 3_600_000;
const options = { ratingMax: 5, window: { fromMs: 0, toMs: 100 * HOUR } };

const watch = (atMs: number, minute: number, userId = 1, movieId = "alien"): StreamEvent => ({
  kind: "watch",
  atMs,
  userId,
  movieId,
  minute,
});
const rate = (atMs: number, rating: number, userId = 1, movieId = "alien"): StreamEvent => ({
  kind: "rating",
  atMs,
  userId,
  movieId,
  rating,
});

describe("coalesceEvents", () => {
  it("says once per user and movie how far, when first and when last", () => {
    const events = [watch(60, 1), watch(0, 0), watch(120, 2)];
    const { pairs, superfluous } = coalesceEvents(events, options);
    expect(superfluous).toBe(2);
    expect(pairs).toEqual([
      {
        userId: 1,
        movieId: "alien",
        state: {
          furthestMinute: 2,
          firstWatchedAtMs: 0,
          lastWatchedAtMs: 120,
          rating: null,
          ratedAtMs: null,
          ratingRaw: null,
        },
        hours: [{ hourMs: 0, firstMinute: 0, lastMinute: 2 }],
      },
    ]);
  });

  it.each([
    { events: [rate(1, 5), rate(2, 1)], ratingRaw: 1, rating: 0.2 },
    { events: [rate(2, 1), rate(1, 5)], ratingRaw: 1, rating: 0.2 },
    { events: [rate(2, 1), rate(2, 5)], ratingRaw: 5, rating: 1 },
  ])("keeps the latest rating, of simultaneous ones the higher: $rating", ({ events, ...won }) => {
    expect(coalesceEvents(events, options).pairs[0]?.state).toMatchObject(won);
  });

  it("splits a movie watched across the hour, and leaves out hours outside the window", () => {
    const events = [watch(HOUR - 1, 58), watch(HOUR, 59), watch(-1, 3), watch(100 * HOUR, 60)];
    const { pairs, outsideWindow } = coalesceEvents(events, options);
    expect(pairs[0]?.hours).toEqual([
      { hourMs: 0, firstMinute: 58, lastMinute: 58 },
      { hourMs: HOUR, firstMinute: 59, lastMinute: 59 },
    ]);
    expect(pairs[0]?.state).toMatchObject({ firstWatchedAtMs: -1, furthestMinute: 60 });
    expect(outsideWindow).toBe(2);
  });

  it("orders pairs by user, then movie", () => {
    const events = [watch(0, 0, 10, "b"), watch(0, 0, 9, "b"), watch(0, 0, 10, "a")];
    const order = coalesceEvents(events, options).pairs.map((pair) => [pair.userId, pair.movieId]);
    expect(order).toEqual([
      [9, "b"],
      [10, "a"],
      [10, "b"],
    ]);
  });

  it("keeps each user's earliest account line, and the latest event time", () => {
    const events: StreamEvent[] = [
      { kind: "account", atMs: 7, userId: 3 },
      { kind: "account", atMs: 5, userId: 3 },
    ];
    const { accounts, highEventAtMs } = coalesceEvents(events, options);
    expect([...accounts]).toEqual([[3, 5]]);
    expect(highEventAtMs).toBe(7);
    expect(coalesceEvents([], options).highEventAtMs).toBeNull();
  });

  it("does not depend on order or repetition", () => {
    const user = fc.integer({ min: 1, max: 3 });
    const movie = fc.constantFrom("alien", "barbie");
    const at = fc.integer({ min: 0, max: 3 * HOUR });
    const event = fc.oneof(
      fc.tuple(at, fc.nat(99), user, movie).map((args) => watch(...args)),
      fc.tuple(at, fc.integer({ min: 1, max: 5 }), user, movie).map((args) => rate(...args)),
    );
    const shuffled = fc
      .array(event, { maxLength: 30 })
      .chain((events) =>
        fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([events, twice]) => {
        expect(canonical(coalesceEvents(twice, options))).toEqual(
          canonical(coalesceEvents(events, options)),
        );
      }),
    );
  });

  it("does not take the probe's lines for the platform's progress", () => {
    const probe = { kind: "watch", userId: PROBE_USER_ID, movieId: "m", minute: 0 } as const;
    const alone = coalesceEvents([{ ...probe, atMs: 9_000 }], options);
    expect([alone.highEventAtMs, alone.pairs.length]).toEqual([null, 1]);
    const other = { ...probe, userId: 1, atMs: 5_000 };
    const both = coalesceEvents([{ ...probe, atMs: 9_000 }, other], options);
    expect(both.highEventAtMs).toBe(5_000);
  });
});

function canonical({ pairs, highEventAtMs }: ReturnType<typeof coalesceEvents>) {
  return {
    highEventAtMs,
    pairs: pairs.map((pair) => ({
      ...pair,
      hours: pair.hours.toSorted((a, b) => a.hourMs - b.hourMs),
    })),
  };
}
