import { describe, expect, it } from "vitest";
import { sharedTies } from "./shared-ties.ts";

const carriers = [
  { names: ["Ann", "Bob"], share: 0.5 },
  { names: ["Bob"], share: 0.25 },
  { names: ["Cid", "Cid"], share: 0.125 },
];

describe("sharedTies", () => {
  it("sums the shares of the watched movies that have a name in common", () => {
    expect(sharedTies(["Cid", "Bob", "Dan"], carriers, 3)).toEqual([
      { name: "Bob", share: 0.75 },
      { name: "Cid", share: 0.125 },
    ]);
  });

  it("takes the largest, of equal ones the first named", () => {
    const even = [{ names: ["Ann", "Bob", "Cid"], share: 1 }];
    const found = sharedTies(["Cid", "Ann", "Bob", "Ann"], even, 2);
    expect(found.map(({ name }) => name)).toEqual(["Cid", "Ann"]);
  });

  it("finds nothing where nothing is shared, or nothing carried it", () => {
    expect(sharedTies(["Dan"], carriers, 3)).toEqual([]);
    expect(sharedTies([], carriers, 3)).toEqual([]);
    expect(sharedTies(["Ann"], [], 3)).toEqual([]);
  });

  it("gives no share above all, whatever the sums round to", () => {
    const thirds = Array.from({ length: 10 }, () => ({ names: ["Ann"], share: 0.1 + 1e-12 }));
    expect(sharedTies(["Ann"], thirds, 1)).toEqual([{ name: "Ann", share: 1 }]);
  });
});
