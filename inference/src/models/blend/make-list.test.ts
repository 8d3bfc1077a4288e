import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Blend } from "./blend.ts";
import { explorationBound, fillSlots } from "./fill-slots.ts";
import { makeList } from "./make-list.ts";
import { slotDraws } from "./slot-draws.ts";
import { cosineOf, varyList } from "./vary-list.ts";

/** Movies 0, 1 and 2 alike, 3 apart, 4 without a vector. */
const SPACE = { vectors: Float32Array.from([1, 0, 1, 0, 1, 0, 0, 1, 0, 0]), dimensions: 2 };
const FIVE = { movies: [0, 1, 2, 3, 4], scores: [5, 4.9, 4.8, 4.5, 4.2] };

describe("varyList", () => {
  it.each([
    ["no weight: by score", 0, [0, 1, 2]],
    ["a weight below every gap: by score", 0.05, [0, 1, 2]],
    ["a larger one: what differs goes first", 0.6, [0, 3, 1]],
    ["the largest: only what is like nothing", 10, [0, 3, 4]],
  ])("%s", (_, weight, expected) => {
    expect(varyList(FIVE, SPACE, { weight, depth: 5 }, 3)).toEqual(expected);
  });

  it("looks no farther than its depth, but as far as the list is long", () => {
    expect(varyList(FIVE, SPACE, { weight: 10, depth: 4 }, 3)).toEqual([0, 3, 1]);
    expect(varyList(FIVE, SPACE, { weight: 10, depth: 1 }, 5)).toHaveLength(5);
    expect(varyList(FIVE, SPACE, { weight: 10, depth: 5 }, 9)).toHaveLength(5);
  });

  it("is what comparing everything to everything gives", () => {
    const grid = fc.constantFrom(-1, -0.5, 0, 0.5, 1);
    const vectors = fc.array(fc.tuple(grid, grid, grid), { minLength: 1, maxLength: 30 });
    const score = fc.constantFrom(0, 0.25, 0.5, 1, 2);
    fc.assert(
      fc.property(vectors, fc.array(score), grid.map(Math.abs), (rows, drawn, weight) => {
        const space = { vectors: Float32Array.from(rows.flat()), dimensions: 3 };
        const scores = rows.map((_, at) => drawn[at] ?? 0).sort((a, b) => b - a);
        const candidates = { movies: [...rows.keys()], scores };
        const slow: number[] = [];
        const valueOf = (place: number) => {
          const likeness = slow.map((listed) => cosineOf(space, place, listed));
          return (scores[place] ?? NaN) - weight * Math.max(0, ...likeness);
        };
        while (slow.length < Math.min(10, rows.length)) {
          const left = candidates.movies.filter((place) => !slow.includes(place));
          const [best = -1] = left.sort((a, b) => valueOf(b) - valueOf(a) || a - b);
          slow.push(best);
        }
        expect(varyList(candidates, space, { weight, depth: 30 }, 10)).toEqual(slow);
      }),
    );
  });

  it("measures likeness by cosine", () => {
    expect(cosineOf(SPACE, 0, 1)).toBe(1);
    expect(cosineOf(SPACE, 0, 3)).toBe(0);
    expect(cosineOf(SPACE, 0, 4)).toBe(0);
  });
});

describe("fillSlots", () => {
  const parts = { list: [1, 2, 3], beyond: [4, 5, 6], scores: [Math.log(3), 0, 0] };
  const one = { slots: [2], chance: 0.2, pool: 2, temperature: 1 };

  it.each([
    ["keeps the list's movie with the rest of the chance", [0.2, 0], 3, 0.8],
    ["draws the first of the pool", [0.1, 0.74], 4, 0.2 * 0.75],
    ["draws the second", [0.1, 0.76], 5, 0.2 * 0.25],
  ])("%s", (_, [whether = 0, which = 0], movie, propensity) => {
    const filled = fillSlots(parts, one, (__, use) => (use === "whether" ? whether : which));
    expect(filled.list).toEqual([1, 2, movie]);
    expect(filled.propensities.slice(0, 2)).toEqual([1, 1]);
    expect(filled.propensities[2]).toBeCloseTo(propensity, 12);
    expect(filled.explored).toEqual(movie === 3 ? [] : [2]);
  });

  it("parts the pool among the slots, and knows no slot past the end or without a pool", () => {
    const slots = { slots: [2, 0, 7], chance: 1, pool: 3, temperature: 1 };
    expect(fillSlots(parts, slots, () => 0).list).toEqual([4, 2, 5]);
    const little = { ...parts, beyond: [4], scores: [1] };
    expect(fillSlots(little, slots, () => 0)).toMatchObject({ list: [4, 2, 3], explored: [0] });
  });

  it("shows each movie as often as its propensity says", () => {
    const exploration = { slots: [1, 2], chance: 0.3, pool: 3, temperature: 1 };
    const draws = 40_000;
    const shown = new Map<string, { times: number; propensity: number }>();
    for (let user = 0; user < draws; user += 1) {
      const key = { userId: user, bundleId: "b", historyVersion: 1 };
      const { list, propensities } = fillSlots(parts, exploration, slotDraws(key));
      for (const slot of exploration.slots) {
        const name = `${slot}:${list[slot]}`;
        const times = (shown.get(name)?.times ?? 0) + 1;
        shown.set(name, { times, propensity: propensities[slot] ?? NaN });
      }
    }
    // 1: 2 (kept), 4, 6; 2: 3 (kept), 5.
    expect([...shown.keys()].sort()).toEqual(["1:2", "1:4", "1:6", "2:3", "2:5"]);
    for (const { times, propensity } of shown.values()) {
      const error = Math.sqrt((propensity * (1 - propensity)) / draws);
      expect(Math.abs(times / draws - propensity)).toBeLessThan(5 * error);
    }
  });

  it("keeps within its bound", () => {
    const bound = explorationBound({ slots: [1, 2, 9], chance: 0.5, pool: 9, temperature: 1 }, 3);
    expect(bound).toMatchObject({ places: 2, expectedPlaces: 1 });
    // (1/log₂3 + 1/log₂4) / 2 over 1 + 1/log₂3 + 1/log₂4.
    expect(bound.dcgShare).toBeCloseTo((0.5 * (0.63093 + 0.5)) / 2.13093, 5);
  });
});

describe("slotDraws", () => {
  const key = { userId: 7, bundleId: "b", historyVersion: 3 };

  it("gives the same number until user, bundle or history change", () => {
    const draw = slotDraws(key);
    expect(slotDraws({ ...key })(4, "which")).toBe(draw(4, "which"));
    const others = [
      slotDraws({ ...key, userId: 8 })(4, "which"),
      slotDraws({ ...key, bundleId: "c" })(4, "which"),
      slotDraws({ ...key, historyVersion: 4 })(4, "which"),
      draw(5, "which"),
      draw(4, "whether"),
    ];
    expect(new Set([...others, draw(4, "which")]).size).toBe(6);
  });
});

describe("makeList", () => {
  const blend: Blend = {
    terms: [{ signal: "ease", shape: "share", weight: 10 }],
    candidatesPerModel: 10,
    variety: { weight: 0, depth: 10 },
    exploration: { slots: [1], chance: 1, pool: 10, temperature: 0.01 },
  };
  const parts = {
    candidates: Int32Array.of(0, 1, 2, 3),
    scores: { ease: Float32Array.of(2, 4, 1, 3) },
    space: SPACE,
    draw: () => 0,
  };

  it("orders by score, then varies, then explores", () => {
    const { list, scores, propensities } = makeList(blend, parts, 2);
    expect(list).toEqual([1, 0]); // 3 gives way to the best beyond the list
    expect(scores[1]).toBeCloseTo(10 / 3, 5);
    expect(propensities[1]).toBeCloseTo(1, 12);
    const variety = { weight: 100, depth: 4 };
    const still = { ...blend.exploration, chance: 0 };
    expect(makeList({ ...blend, variety, exploration: still }, parts, 3).list).toEqual([1, 3, 0]);
  });

  it("orders as sorting all candidates would, ties to the first", () => {
    const calm = { ...blend, exploration: { ...blend.exploration, chance: 0 } };
    const score = fc.constantFrom(0, 1, 2, 3, 4);
    fc.assert(
      fc.property(fc.array(score, { maxLength: 60 }), fc.integer({ min: 0, max: 70 }), (of, n) => {
        const candidates = Int32Array.from(of.keys());
        const scores = { ease: Float32Array.from(of) };
        const sorted = [...of.keys()].sort((a, b) => (of[b] ?? 0) - (of[a] ?? 0) || a - b);
        const { list } = makeList(calm, { ...parts, candidates, scores }, n);
        expect(list).toEqual(sorted.slice(0, n));
      }),
    );
  });

  it("lists what there is, each movie once, whatever it is asked for", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -5, max: 5 }), { maxLength: 30 }),
        fc.integer({ min: 0, max: 25 }),
        fc.float({ noNaN: true, min: 0, max: 3 }),
        (scores, n, weight) => {
          const many = {
            candidates: Int32Array.from(scores.keys()),
            scores: { ease: Float32Array.from(scores) },
            space: { vectors: new Float32Array(60).fill(Math.SQRT1_2), dimensions: 2 },
            draw: () => 0.5,
          };
          const made = makeList({ ...blend, variety: { weight, depth: 20 } }, many, n);
          expect(made.list).toHaveLength(Math.min(n, scores.length));
          expect(new Set(made.list).size).toBe(made.list.length);
          expect(made.scores.every(Number.isFinite)).toBe(true);
          expect(made.propensities.every((chance) => chance > 0 && chance <= 1)).toBe(true);
        },
      ),
    );
  });
});
