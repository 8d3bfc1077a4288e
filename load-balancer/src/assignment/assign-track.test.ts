import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS, assignTrack, bucketOf } from "./assign-track.ts";

const userId = fc.maxSafeNat();
const salt = fc.stringMatching(/^[a-z0-9-]{1,32}$/);

/** Upper 0.1 % point of χ² with 99 degrees of freedom. */
const CHI_SQUARE_99 = 148.23;

describe("bucketOf", () => {
  it("never changes: users would change track with a new version of the program", () => {
    const buckets = [0, 1, 42, 610, Number.MAX_SAFE_INTEGER].map((id) => bucketOf("r1", id));
    expect(buckets).toEqual([1444, 8590, 469, 6962, 5713]);
  });

  it("spreads consecutive users evenly over all buckets", () => {
    for (const name of ["r1", "r2", "release-recommender-nightly-7"]) {
      const counts = new Array<number>(100).fill(0);
      const users = 200_000;
      for (let id = 0; id < users; id += 1) {
        const group = Math.floor(bucketOf(name, id) / 100);
        counts[group] = (counts[group] ?? 0) + 1;
      }
      const expected = users / 100;
      const chiSquare = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
      expect(chiSquare).toBeLessThan(CHI_SQUARE_99);
    }
  });

  it("stays in range for any user", () => {
    fc.assert(
      fc.property(salt, userId, (s, id) => {
        const bucket = bucketOf(s, id);
        return Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS;
      }),
    );
  });
});

describe("assignTrack", () => {
  it("is monotone in the weight", () => {
    const weight = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(salt, userId, weight, weight, (s, id, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        return assignTrack(s, id, low) === "main" || assignTrack(s, id, high) === "nightly";
      }),
    );
  });

  it.each([
    { weight: 0, track: "main" },
    { weight: 0.000049, track: "main" },
    { weight: 1, track: "nightly" },
  ])("has every user on $track at weight $weight", ({ weight, track }) => {
    fc.assert(fc.property(salt, userId, (s, id) => assignTrack(s, id, weight) === track));
  });

  it("begins with the first bucket and ends before the bucket that the weight names", () => {
    const bucket = bucketOf("r1", 42); // 469
    expect(assignTrack("r1", 42, bucket / BUCKETS)).toBe("main");
    expect(assignTrack("r1", 42, (bucket + 1) / BUCKETS)).toBe("nightly");
  });

  it.each([-0.01, 1.01, Number.NaN])("refuses the weight %d, and names it", (weight) => {
    expect(() => assignTrack("r1", 42, weight)).toThrow(`weight ${weight} is not in [0, 1]`);
  });

  it("gives nightly its share within three standard deviations", () => {
    for (const weight of [0.05, 0.25, 0.5]) {
      const users = 100_000;
      let nightly = 0;
      for (let id = 0; id < users; id += 1) {
        if (assignTrack("r1", id, weight) === "nightly") nightly += 1;
      }
      const deviation = Math.sqrt(users * weight * (1 - weight));
      expect(Math.abs(nightly - users * weight)).toBeLessThan(3 * deviation);
    }
  });

  it("draws anew with a new salt: of nightly's users at 25 %, a quarter again", () => {
    const users = 100_000;
    let both = 0;
    let first = 0;
    for (let id = 0; id < users; id += 1) {
      if (assignTrack("r1", id, 0.25) !== "nightly") continue;
      first += 1;
      if (assignTrack("r2", id, 0.25) === "nightly") both += 1;
    }
    expect(Math.abs(both / first - 0.25)).toBeLessThan(3 * Math.sqrt((0.25 * 0.75) / first));
  });

  it.each([-0.01, 1.01, Number.NaN])("refuses a weight of %d", (weight) => {
    expect(() => assignTrack("r1", 1, weight)).toThrow(RangeError);
  });
});
