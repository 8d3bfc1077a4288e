import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pruneCachedBundles, touchCachedBundle } from "./disk-cache.ts";

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

  it("keeps one that is served, however old", async () => {
    for (const n of [1, 2, 3]) {
      mkdirSync(join(folder, id(n)));
      utimesSync(join(folder, id(n)), n * 100, n * 100);
    }
    await touchCachedBundle(folder, id(1));
    expect(await pruneCachedBundles(folder, 2)).toEqual([id(2)]);
    await touchCachedBundle(folder, id(9)); // not kept on disk: nothing to do
    expect(readdirSync(folder).sort()).toEqual([id(1), id(3)]);
  });
});
