import { ServiceError } from "@canarec/service-kit/errors";
import { describe, expect, it } from "vitest";
import { lookUpTastes } from "./look-up-tastes.ts";

/** Movies along two axes, and one between them; texts lie where their letters say. */
const PLACES: Readonly<Record<string, readonly [number, number]>> = {
  sea: [1, 0],
  war: [0, 1],
  submarine: [0.8, 0.6],
};

function setup() {
  const world = { nowMs: 0, isAway: false, embedded: [] as string[] };
  const told: number[] = [];
  const failures: unknown[] = [];
  const vectorOf = (name: string) => Float32Array.from(PLACES[name] ?? [0, 0]);
  const tastes = lookUpTastes({
    nowMs: () => world.nowMs,
    onFound: (userIds) => void told.push(...userIds),
    onFailed: (failure) => void failures.push(failure),
    embedder: () =>
      Promise.resolve({
        embed: (texts: readonly string[]) => {
          world.embedded.push(texts.join());
          return world.isAway
            ? Promise.reject(new ServiceError("unavailable", "away"))
            : Promise.resolve(texts.map(vectorOf));
        },
      }),
    vectors: () =>
      Promise.resolve({
        nearest: (_: unknown, most: number) =>
          Promise.resolve([
            Object.keys(PLACES)
              .map((movieId) => ({ movieId, similarity: 1 }))
              .slice(0, most),
          ]),
        vectors: (ids: readonly string[]) =>
          Promise.resolve(new Map(ids.map((id) => [id, vectorOf(id)]))),
      }),
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  return { world, told, failures, tastes, settled };
}

const likes = (text: string | null, dislikes: string | null = null) => ({ likes: text, dislikes });

describe("lookUpTastes", () => {
  it("has nothing at first, tells whoever asked, and then has it at once", async () => {
    const { world, tastes, told, settled } = setup();
    expect(tastes.of(1, likes("sea"))).toBeUndefined();
    expect(tastes.of(2, likes("sea"))).toBeUndefined();
    await settled();
    expect(told).toEqual([1, 2]);
    expect(world.embedded).toEqual(["sea"]);
    expect(tastes.of(3, likes("sea"))).toEqual([
      { movieId: "sea", score: 1 },
      { movieId: "submarine", score: expect.closeTo(0.8, 6) as number },
    ]);
    expect(world.embedded).toHaveLength(1);
  });

  it("counts what is disliked against a movie", async () => {
    const { tastes, settled } = setup();
    tastes.of(1, likes("sea", "war"));
    await settled();
    expect(tastes.of(1, likes("sea", "war"))).toEqual([
      { movieId: "sea", score: 1 },
      { movieId: "submarine", score: expect.closeTo(0.8 - 0.3, 6) as number },
    ]);
  });

  it.each([[null], [""], ["  "]])("looks nothing up for who likes %j", async (text) => {
    const { world, tastes, settled } = setup();
    expect(tastes.of(1, likes(text, "war"))).toBeUndefined();
    await settled();
    expect(world.embedded).toEqual([]);
  });

  it("leaves what is away alone for a while", async () => {
    const { world, tastes, told, failures, settled } = setup();
    world.isAway = true;
    tastes.of(1, likes("sea"));
    tastes.of(2, likes("war"));
    await settled();
    tastes.of(1, likes("sea"));
    await settled();
    expect(world.embedded).toEqual(["sea"]);
    expect(failures).toHaveLength(1);
    world.isAway = false;
    world.nowMs = 10_000;
    tastes.of(1, likes("sea"));
    await settled();
    expect(told).toEqual([1]);
    expect(tastes.of(1, likes("sea"))).toHaveLength(2);
  });
});
