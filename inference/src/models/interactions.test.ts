import { describe, expect, it } from "vitest";
import { interactionsFrom, latestTime, rowBefore, rowOf } from "./interactions.ts";

const of = (user: number, movie: number, preference: number, time: number) => ({
  ...{ user, movie, preference, time },
});
const size = { users: 3, movies: 4 };
const plain = ({ movieOf, preferences, times }: ReturnType<typeof rowOf>) =>
  [...movieOf].map((movie, at) => [movie, preferences[at], times[at]]);

describe("interactions", () => {
  it("are rows of users, movies ascending, in whatever order they come", () => {
    const rows = [of(2, 3, -0.5, 30), of(0, 1, 1, 10), of(2, 0, 0.25, 20)];
    const found = interactionsFrom(rows, size);
    expect(found).toMatchObject(size);
    expect([...found.starts]).toEqual([0, 1, 1, 3]);
    expect([0, 1, 2].map((user) => plain(rowOf(found, user)))).toEqual([
      [[1, 1, 10]],
      [],
      [
        [0, 0.25, 20],
        [3, -0.5, 30],
      ],
    ]);
    expect(interactionsFrom(rows.toReversed(), size)).toEqual(found);
  });

  it("keep of one user and movie the latest, and of two at one time what is liked more", () => {
    const rows = [of(1, 2, 1, 10), of(1, 2, -1, 20), of(1, 2, 0.5, 20), of(0, 2, -1, 5)];
    const found = interactionsFrom(rows, size);
    expect([...found.starts]).toEqual([0, 1, 2, 2]);
    expect(plain(rowOf(found, 1))).toEqual([[2, 0.5, 20]]);
  });

  it.each([
    [of(3, 0, 1, 0), "user 3 is not in 0 … 2"],
    [of(-1, 0, 1, 0), "user -1 is not in 0 … 2"],
    [of(0.5, 0, 1, 0), "user 0.5 is not in 0 … 2"],
    [of(0, 4, 1, 0), "movie 4 is not in 0 … 3"],
    [of(0, NaN, 1, 0), "movie NaN is not in 0 … 3"],
    [of(0, 0, 1.01, 0), "preference 1.01 is not in [−1, 1]"],
    [of(0, 0, -1.01, 0), "preference -1.01 is not in [−1, 1]"],
    [of(0, 0, NaN, 0), "preference NaN is not in [−1, 1]"],
    [of(0, 0, 1, Infinity), "time Infinity is not finite"],
  ])("refuse %o", (row, message) => {
    expect(() => interactionsFrom([row], size)).toThrow(new RangeError(message));
  });

  it("of a user before a time are those that ended before it", () => {
    const rows = [of(1, 0, 1, 10), of(1, 1, -1, 20), of(1, 3, 0.5, 15), of(2, 0, 1, 1)];
    const found = interactionsFrom(rows, size);
    expect(plain(rowBefore(found, 1, 20))).toEqual([
      [0, 1, 10],
      [3, 0.5, 15],
    ]);
    expect(plain(rowBefore(found, 1, 10))).toEqual([]);
  });

  it("have a latest time, none if there are none", () => {
    expect(latestTime(Float64Array.of(3, -1, 2))).toBe(3);
    expect(latestTime(new Float64Array(0))).toBe(-Infinity);
  });
});
