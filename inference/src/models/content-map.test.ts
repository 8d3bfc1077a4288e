import { describe, expect, it } from "vitest";
import { fitContentMap, placeOf } from "./content-map.ts";
import { fixtureDraws, fixtureTools } from "./interactions.fixture.ts";

const { products } = fixtureTools(0);
const [MOVIES, DIMENSIONS, FACTORS] = [12, 3, 2];

/** Unit vectors; the last movie has none. */
function embeddings(): Float32Array {
  const draw = fixtureDraws(3);
  const rows = Array.from({ length: MOVIES }, (_, movie) => {
    const row = Array.from({ length: DIMENSIONS }, () => draw() - 0.5);
    return movie === MOVIES - 1 ? row.map(() => 0) : row.map((x) => x / Math.hypot(...row));
  });
  return Float32Array.from(rows.flat());
}

const features = { embeddings: embeddings(), dimensions: DIMENSIONS };
const embeddingOf = (movie: number) => [
  ...features.embeddings.subarray(movie * DIMENSIONS, (movie + 1) * DIMENSIONS),
];
/** Factor f of a movie: linear in its embedding, and a constant. */
const linear = (movie: number, f: number) =>
  embeddingOf(movie).reduce((sum, x, k) => sum + x * (k + 1) * (f === 0 ? 1 : -2), f + 0.5);
const places = Float32Array.from({ length: MOVIES * FACTORS }, (_, at) =>
  linear(Math.floor(at / FACTORS), at % FACTORS),
);
const examples = { features, places, factors: FACTORS, ridge: 1e-9 };

describe("fitContentMap", () => {
  it("finds a linear map, and puts movies that it has not seen where that says", async () => {
    const movies = Int32Array.of(0, 1, 2, 3, 4, 5, 6);
    const map = await fitContentMap({ ...examples, movies }, products);
    if (map === undefined) throw new Error("there is a map");
    for (const movie of [3, 8, 10]) {
      const place = placeOf(map, features, movie);
      for (const [f, value] of place.entries()) expect(value).toBeCloseTo(linear(movie, f), 4);
    }
  });

  it("solves ridge regression by hand: one movie, one dimension", async () => {
    // (x² + ρ, x; x, 1) (w, c) = (x y, y) with x = 1, ρ = 1, y = 3: w = 0 and c = 3, as the constant is free.
    const one = { embeddings: Float32Array.of(1, -1), dimensions: 1 };
    const by = { features: one, factors: 1, ridge: 1 };
    const alone = await fitContentMap(
      { ...by, places: Float32Array.of(3, 0), movies: Int32Array.of(0) },
      products,
    );
    expect([...(alone?.weights ?? [])].map((x) => Math.round(x * 1e6) / 1e6 + 0)).toEqual([0, 3]);
    // Both movies, y = (3, 0): Σ x y / (Σ x² + 1) = 1 and the mean.
    const both = await fitContentMap(
      { ...by, places: Float32Array.of(3, 0), movies: Int32Array.of(0, 1) },
      products,
    );
    expect(both?.weights[0]).toBeCloseTo(1, 6);
    expect(both?.weights[1]).toBeCloseTo(1.5, 6);
  });

  it("leaves out movies without an embedding, and is none without any", async () => {
    const wrong = places.slice().fill(1e6, (MOVIES - 1) * FACTORS);
    const [all, without] = await Promise.all(
      [
        { ...examples, places: wrong, movies: Int32Array.of(0, 1, 2, 3, 4, MOVIES - 1) },
        { ...examples, movies: Int32Array.of(0, 1, 2, 3, 4) },
      ].map((one) => fitContentMap(one, products)),
    );
    expect(all).toEqual(without);
    const none = { ...examples, movies: Int32Array.of(MOVIES - 1) };
    expect(await fitContentMap(none, products)).toBeUndefined();
  });
});
