import { describe, expect, it } from "vitest";
import { type Random, randomStream, uniformOf } from "./random.ts";

const draw = (n: number, next: () => number) => Array.from({ length: n }, next);
const drawn = (n: number, random: Random) => draw(n, () => random.uniform());
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe("randomStream", () => {
  it("repeats for an equal seed and name, and differs for any other", () => {
    const first = (seed: number, ...name: string[]) => drawn(4, randomStream(seed, ...name)).join();
    expect(first(1, "a")).toBe(first(1, "a"));
    const others = [
      first(1, "a"),
      first(2, "a"),
      first(1, "b"),
      first(1, "a", "b"),
      first(1, "ab"),
    ];
    expect(new Set(others).size).toBe(5);
  });

  it("draws as its distributions say", () => {
    const random = randomStream(7, "moments");
    const uniform = drawn(50_000, random);
    expect(mean(uniform)).toBeCloseTo(0.5, 1.7);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    const normal = draw(50_000, () => random.normal());
    expect(Math.abs(mean(normal))).toBeLessThan(0.02);
    expect(mean(normal.map((z) => z * z))).toBeCloseTo(1, 1);
    expect(mean(draw(50_000, () => random.exponential(3)))).toBeCloseTo(3, 0);
  });

  it("gives neighbouring names unrelated first draws", () => {
    const firsts = draw(5_000, () => 0).map((_, n) => randomStream(1, "user", n).uniform());
    const products = firsts.slice(1).map((value, n) => (value - 0.5) * ((firsts[n] ?? 0) - 0.5));
    expect(Math.abs(mean(products) * 12)).toBeLessThan(0.05);
    expect(mean(firsts)).toBeCloseTo(0.5, 1);
  });
});

describe("uniformOf", () => {
  it("spreads names evenly over [0, 1)", () => {
    const tenths = new Array<number>(10).fill(0);
    for (let n = 0; n < 10_000; n += 1) {
      const tenth = Math.floor(10 * uniformOf(1, `activity ${n}`));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(850);
    expect(Math.max(...tenths)).toBeLessThan(1_150);
  });
});
