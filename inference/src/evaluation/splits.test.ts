import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Interactions, interactionsFrom, rowOf } from "../models/interactions.ts";
import { anyInteractions } from "./any-interactions.suite.ts";
import { likedOnly } from "./keep-interactions.ts";
import { leaveOneOutSplit } from "./leave-one-out.ts";
import type { Split } from "./split.ts";
import { strongSplit } from "./strong-split.ts";
import { temporalSplit } from "./temporal-split.ts";
import { gorseSplit, weakSplit } from "./weak-split.ts";

const LIKED_FROM = 0.6;
const options = { likedFrom: LIKED_FROM, seed: 7, leastLiked: 3 };

const SPLITS: readonly (readonly [string, (of: Interactions, seed: number) => Split])[] = [
  ["strong", (of, seed) => strongSplit(of, { ...options, seed })],
  ["weak", (of, seed) => weakSplit(of, { ...options, seed })],
  ["gorse", (of, seed) => gorseSplit(of, { ...options, seed })],
  ["leave-one-out", (of, seed) => leaveOneOutSplit(of, { ...options, seed, sampled: 4 })],
  ["temporal", (of) => temporalSplit(of, { likedFrom: LIKED_FROM })],
];

/** 40 users who like 10 movies each and dislike 5, one a millisecond. */
const regular = interactionsFrom(
  Array.from({ length: 600 }, (_, at) => ({
    user: at % 40,
    movie: ((at % 40) + 3 * Math.floor(at / 40)) % 60,
    preference: Math.floor(at / 40) % 3 < 2 ? 0.6 : -0.2,
    time: at,
  })),
  { users: 40, movies: 60 },
);

function likedOf(of: Interactions, user: number): number[] {
  return [...rowOf(likedOnly(of, LIKED_FROM), user).movieOf];
}

describe.each(SPLITS)("the %s split", (_, split) => {
  it("lets nothing of what is asked be known, and asks only for what was liked", () => {
    fc.assert(
      fc.property(anyInteractions, fc.integer(), (of, seed) => {
        const { training, cases } = split(of, seed);
        for (const { user, known, targets, barred } of cases) {
          expect(targets.length).toBeGreaterThan(0);
          expect(likedOf(of, user)).toEqual(expect.arrayContaining([...targets]));
          const told = new Set([...known.movieOf, ...barred, ...rowOf(training, user).movieOf]);
          for (const target of targets) expect(told.has(target)).toBe(false);
          expect(barred).toEqual(known.movieOf);
          expect(new Set(targets).size).toBe(targets.length);
        }
        expect([training.users, training.movies]).toEqual([of.users, of.movies]);
        expect(training.movieOf.length).toBe(training.starts[of.users]);
      }),
    );
  });

  it("is the same of the same seed", () => {
    fc.assert(
      fc.property(anyInteractions, fc.integer(), (of, seed) => {
        expect(split(of, seed)).toEqual(split(of, seed));
      }),
    );
  });

  it("asks each user once, in ascending order", () => {
    const users = split(regular, 1).cases.map(({ user }) => user);
    expect(users.length).toBeGreaterThan(0);
    expect(users).toEqual([...new Set(users)].sort((a, b) => a - b));
  });
});

describe("strongSplit", () => {
  it("holds users out whole and tells four fifths of what they liked", () => {
    const { training, cases } = strongSplit(regular, { ...options, heldOut: 8 });
    expect(cases).toHaveLength(8);
    for (const { user, known, targets } of cases) {
      expect(rowOf(training, user).movieOf).toHaveLength(0);
      expect(targets).toHaveLength(2);
      expect([...known.movieOf, ...targets].sort((a, b) => a - b)).toEqual(likedOf(regular, user));
    }
    expect(training.movieOf).toHaveLength(32 * 10);
  });

  it("leaves users with too few liked movies out of training, too", () => {
    const rows = [0, 1, 2, 3].map((movie) => ({ user: 0, movie, preference: 1, time: 0 }));
    const few = { user: 1, movie: 0, preference: 1, time: 0 };
    const of = interactionsFrom([...rows, few], { users: 2, movies: 4 });
    const { training, cases } = strongSplit(of, { ...options, heldOut: 0 });
    expect(cases).toEqual([]);
    expect(rowOf(training, 1).movieOf).toHaveLength(0);
    expect(rowOf(training, 0).movieOf).toHaveLength(4);
  });

  it("draws other users of another seed, and each as often as the others", () => {
    const asked = new Float64Array(40);
    for (let seed = 0; seed < 1000; seed += 1) {
      for (const { user } of strongSplit(regular, { ...options, seed, heldOut: 10 }).cases) {
        asked[user] = (asked[user] ?? 0) + 1;
      }
    }
    // Binomial(1000, 1/4): a mean of 250, and 4.5 standard deviations of 13.7 for 40 users.
    for (const times of asked) expect(Math.abs(times - 250)).toBeLessThan(62);
  });

  it("refuses to hold out everybody", () => {
    expect(() => strongSplit(regular, { ...options, heldOut: 40 })).toThrow(/heldOut 40/);
  });
});

describe("weakSplit", () => {
  it("hides a fifth of each user's liked movies and keeps the others as training", () => {
    const { training, cases } = weakSplit(regular, options);
    expect(cases).toHaveLength(40);
    for (const { user, known, targets } of cases) {
      expect(targets).toHaveLength(2);
      expect(known).toEqual(rowOf(training, user));
      expect([...known.movieOf, ...targets].sort((a, b) => a - b)).toEqual(likedOf(regular, user));
    }
    expect(new Set(training.preferences)).toEqual(new Set([1]));
  });

  it.each([
    [3, 1],
    [5, 1],
    [7, 1],
    [8, 2],
    [12, 2],
    [13, 3],
  ])("of %d liked movies hides %d", (liked, hidden) => {
    const rows = Array.from({ length: liked }, (_, movie) => ({
      user: 0,
      movie,
      preference: 1,
      time: 0,
    }));
    const of = interactionsFrom(rows, { users: 1, movies: 20 });
    expect(weakSplit(of, options).cases[0]?.targets).toHaveLength(hidden);
  });

  it.each([{ targetShare: 1 }, { likedFrom: 2 }, { leastLiked: 1 }, { seed: 0.5 }])(
    "refuses %o",
    (wrong) => {
      expect(() => weakSplit(regular, { ...options, ...wrong })).toThrow(/is not/);
    },
  );
});

describe("gorseSplit", () => {
  it("trains on all but the targets and keeps all of it out of the list", () => {
    const { training, cases } = gorseSplit(regular, options);
    const hidden = cases.reduce((sum, { targets }) => sum + targets.length, 0);
    expect(training.movieOf).toHaveLength(regular.movieOf.length - hidden);
    expect(hidden).toBe(80);
    expect(cases[0]?.barred).toHaveLength(13);
    expect(new Set(training.preferences)).toEqual(new Set([0.6, -0.2].map(Math.fround)));
  });
});

describe("temporalSplit", () => {
  it("parts all users at one moment", () => {
    fc.assert(
      fc.property(anyInteractions, fc.integer({ min: 0, max: 40 }), (of, cutAt) => {
        const { training, cases } = temporalSplit(of, { likedFrom: LIKED_FROM, cutAt });
        expect(training.times.every((time) => time < cutAt)).toBe(true);
        expect(training.times).toHaveLength(of.times.filter((time) => time < cutAt).length);
        for (const { user, known, targets } of cases) {
          const row = rowOf(of, user);
          expect(known.movieOf.length).toBeGreaterThan(0);
          const future = row.movieOf.filter(
            (_, at) =>
              (row.times[at] ?? 0) >= cutAt && (row.preferences[at] ?? 0) >= Math.fround(0.6),
          );
          expect(targets).toEqual(future);
        }
      }),
    );
  });

  it("has the latest fifth as the future", () => {
    expect(temporalSplit(regular, { likedFrom: 0.6 }).training.movieOf).toHaveLength(480);
    expect(() => temporalSplit(regular, { likedFrom: 0.6, testShare: 0 })).toThrow(/testShare 0/);
  });

  it("asks nobody where all happened at once", () => {
    const of = interactionsFrom([{ user: 0, movie: 0, preference: 1, time: 5 }], {
      users: 1,
      movies: 1,
    });
    expect(temporalSplit(of, { likedFrom: 0.6 })).toMatchObject({ cases: [] });
  });
});

describe("leaveOneOutSplit", () => {
  it("ranks one liked movie among movies that the user never met and others like", () => {
    fc.assert(
      fc.property(anyInteractions, fc.integer({ min: 0, max: 30 }), (of, sampled) => {
        const ofSomebody = new Set(likedOnly(of, LIKED_FROM).movieOf);
        for (const one of leaveOneOutSplit(of, { ...options, sampled }).cases) {
          const met = new Set(rowOf(of, one.user).movieOf);
          const candidates = one.candidates ?? new Int32Array(0);
          const unmet = [...candidates].filter((movie) => !met.has(movie));
          expect(one.targets).toHaveLength(1);
          const possible = [...ofSomebody].filter((movie) => !met.has(movie));
          expect(unmet).toHaveLength(Math.min(sampled, possible.length));
          expect(possible).toEqual(expect.arrayContaining(unmet));
          expect(candidates).toHaveLength(unmet.length + 1);
          expect(candidates).toContain(one.targets[0]);
          expect([...candidates]).toEqual([...new Set(candidates)].sort((a, b) => a - b));
          expect(candidates.every((movie) => movie < of.movies)).toBe(true);
        }
      }),
    );
  });
});
