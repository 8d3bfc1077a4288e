import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pruneCachedBundles } from "./disk-cache.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "canarec-bundles-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const id = (n: number) => String(n).padStart(64, "0");

describe("pruneCachedBundles", () => {
  it("keeps those written last, and whatever is no bundle", async () => {
    for (const [n, seconds] of [
      [1, 300],
      [2, 100],
      [3, 200],
    ] as const) {
      mkdirSync(join(folder, id(n)));
      utimesSync(join(folder, id(n)), seconds, seconds);
    }
    mkdirSync(join(folder, ".writing-x"));
    expect(await pruneCachedBundles(folder, 2)).toEqual([id(2)]);
    expect(readdirSync(folder).sort()).toEqual([".writing-x", id(1), id(3)]);
    expect(await pruneCachedBundles(folder, 2)).toEqual([]);
  });
});
