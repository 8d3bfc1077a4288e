import { describe, expect, it } from "vitest";
import { enteredAmongLonely, enteredAmongNearest, lonelyLists } from "./affected-lists.ts";
import { cosine } from "./pooling.ts";

const WIDTH = 8;
const NEIGHBOURS = 5;
const REACH = 20;

/** Vectors in clumps of different density, so that some movies are lonely. */
function vectors(count: number, seed: number): Float32Array[] {
  let state = seed;
  const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5;
  const centres = Array.from({ length: 6 }, () => Array.from({ length: WIDTH }, random));
  return Array.from({ length: count }, (_, i) => {
    const spread = i % 7 === 0 ? 2 : 0.1;
    const centre = centres[i % centres.length] ?? [];
    const raw = centre.map((value) => value + spread * random());
    const length = Math.hypot(...raw);
    return Float32Array.from(raw, (value) => value / length);
  });
}

function nearest(table: readonly Float32Array[], embedding: Float32Array, except: number) {
  return table
    .map((other, movieKey) => ({ movieKey, similarity: cosine(embedding, other) }))
    .filter(({ movieKey }) => movieKey !== except)
    .sort((a, b) => b.similarity - a.similarity || a.movieKey - b.movieKey);
}

const list = (table: readonly Float32Array[], key: number) =>
  nearest(table, table[key] ?? new Float32Array(WIDTH), key).slice(0, NEIGHBOURS);

describe("lists that a changed movie enters", () => {
  it.each([1, 2, 3, 4, 5])("are all found, and few others (seed %i)", (seed) => {
    const before = vectors(200, seed);
    const changedKey = 17;
    const embedding = before[seed * 7] ?? new Float32Array(WIDTH); // a lonely place
    const after = before.with(changedKey, embedding);
    const thresholds = before.map((_, movieKey) => ({
      movieKey,
      least: list(before, movieKey).at(-1)?.similarity ?? -Infinity,
    }));
    const least = new Map(thresholds.map((threshold) => [threshold.movieKey, threshold.least]));
    const changed = {
      embedding,
      nearest: nearest(after, embedding, changedKey).slice(0, REACH),
      complete: false,
    };
    const lonely = lonelyLists(changed, thresholds);
    const lonelyVectors = new Map(
      lonely.map((key) => [key, before[key] ?? new Float32Array(WIDTH)]),
    );
    const found = new Set([
      ...enteredAmongNearest(changed, least),
      ...enteredAmongLonely(changed, lonelyVectors, least),
    ]);
    const really = before
      .map((_, key) => key)
      .filter((key) => key !== changedKey)
      .filter((key) => list(after, key).some(({ movieKey }) => movieKey === changedKey))
      .filter((key) => !list(before, key).some(({ movieKey }) => movieKey === changedKey));
    expect(really.length).toBeGreaterThan(0);
    expect(really.filter((key) => !found.has(key))).toEqual([]);
    expect(found.size).toBeLessThan(really.length + 40);
  });

  it("are found among the nearest alone when these are all there are", () => {
    const changed = { embedding: new Float32Array(WIDTH), nearest: [], complete: true };
    expect(lonelyLists(changed, [{ movieKey: 1, least: -Infinity }])).toEqual([]);
  });
});
