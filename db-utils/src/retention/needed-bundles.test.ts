import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type BundleFacts,
  type BundleNeeds,
  type ReleaseFacts,
  bundleReasons,
} from "./needed-bundles.ts";

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;

/** Nothing stays for its number or its age alone, but main. */
const BARE = { newest: 0, mains: 1, trained: 0, leastAgeMs: 0 };

const bundle = (bundleId: string, change: Partial<BundleFacts> = {}): BundleFacts => ({
  ...{ bundleId, createdAtMs: 0, state: "complete", pinned: false },
  ...change,
});

const release = (bundleId: string | null, change: Partial<ReleaseFacts> = {}): ReleaseFacts => ({
  ...{ bundleId, ended: true, mainSinceMs: null, rollbackWindowMs: HOUR },
  ...change,
});

function reasons(needs: Partial<BundleNeeds>, limits = BARE) {
  const all = { bundles: [], releases: [], served: [], trained: [], ...needs };
  return Object.fromEntries(bundleReasons(all, limits, NOW));
}

describe("bundleReasons", () => {
  it("knows why each of them stays", () => {
    const bundles = [
      bundle("main"),
      bundle("before"),
      bundle("long-ago"),
      bundle("nightly"),
      bundle("queued"),
      bundle("rolled-back"),
      bundle("running"),
      bundle("trained"),
      bundle("pinned", { pinned: true }),
      bundle("building", { state: "building" }),
      bundle("unused"),
    ];
    const releases = [
      release("main", { mainSinceMs: NOW - HOUR / 2 }),
      release("before", { mainSinceMs: NOW - 5 * HOUR }),
      release("long-ago", { mainSinceMs: NOW - 9 * HOUR }),
      release("nightly", { ended: false }),
      release("queued", { ended: false }),
      release(null, { ended: false }),
      release("rolled-back"),
      release("running"),
    ];
    const needs = { bundles, releases, served: ["running"], trained: ["trained", "unused"] };
    expect(reasons(needs, { ...BARE, trained: 1 })).toEqual({
      main: ["main"],
      before: ["way-back"],
      "long-ago": [],
      nightly: ["under-way"],
      queued: ["under-way"],
      "rolled-back": [],
      running: ["served"],
      trained: ["trained"],
      pinned: ["pinned"],
      building: ["building"],
      unused: [],
    });
  });

  it("lets the way back go with its window, and not a moment before", () => {
    const bundles = [bundle("new"), bundle("old")];
    const since = (mainSinceMs: number) => [
      release("new", { mainSinceMs }),
      release("old", { mainSinceMs: 0 }),
    ];
    expect(reasons({ bundles, releases: since(NOW - HOUR) })["old"]).toEqual(["way-back"]);
    expect(reasons({ bundles, releases: since(NOW - HOUR - 1) })["old"]).toEqual([]);
  });

  it("keeps so many of the newest, complete ones alone, and the young", () => {
    const bundles = [
      bundle("a", { createdAtMs: 3 }),
      bundle("b", { createdAtMs: 2 }),
      bundle("c", { createdAtMs: 2 }),
      bundle("half", { createdAtMs: 4, state: "building" }),
      bundle("young", { createdAtMs: NOW - HOUR + 1 }),
    ];
    expect(reasons({ bundles }, { ...BARE, newest: 3, leastAgeMs: HOUR })).toEqual({
      a: ["newest"],
      b: ["newest"],
      c: [],
      half: ["building"],
      young: ["young", "newest"],
    });
  });

  const id = fc.constantFrom(...Array.from("abcdefghij"));
  const anyRelease = fc.record({
    bundleId: fc.option(id),
    ended: fc.boolean(),
    mainSinceMs: fc.option(fc.integer({ min: 0, max: NOW })),
    rollbackWindowMs: fc.nat({ max: 2 * NOW }),
  });
  const anyNeeds: fc.Arbitrary<BundleNeeds> = fc.record({
    bundles: fc.uniqueArray(
      fc.record({
        bundleId: id,
        createdAtMs: fc.integer({ min: 0, max: NOW }),
        state: fc.constantFrom("building" as const, "complete" as const),
        pinned: fc.boolean(),
      }),
      { selector: ({ bundleId }) => bundleId },
    ),
    releases: fc.array(anyRelease, { maxLength: 8 }),
    served: fc.array(id, { maxLength: 3 }),
    trained: fc.array(id, { maxLength: 6 }),
  });
  const anyLimits = fc.record({
    ...{ newest: fc.nat({ max: 5 }), mains: fc.nat({ max: 5 }), trained: fc.nat({ max: 5 }) },
    leastAgeMs: fc.nat({ max: NOW }),
  });

  it("never lets go what a release may need", () => {
    fc.assert(
      fc.property(anyNeeds, anyLimits, (needs, limits) => {
        const found = bundleReasons(needs, limits, NOW);
        const goes = [...found].filter(([, why]) => why.length === 0).map(([each]) => each);
        const { releases } = needs;
        const mains = releases
          .filter(({ mainSinceMs }) => mainSinceMs !== null)
          .toSorted((a, b) => (b.mainSinceMs ?? 0) - (a.mainSinceMs ?? 0));
        const inWindow = mains.slice(1).filter((_, i) => {
          const after = mains[i];
          return after !== undefined && NOW <= (after.mainSinceMs ?? 0) + after.rollbackWindowMs;
        });
        const needed = [
          ...releases.filter(({ ended }) => !ended).map(({ bundleId }) => bundleId),
          ...[mains[0]?.bundleId, ...inWindow.map(({ bundleId }) => bundleId)],
          ...needs.served,
          ...needs.trained.slice(0, limits.trained),
          ...needs.bundles.filter(({ pinned }) => pinned).map(({ bundleId }) => bundleId),
        ];
        expect(goes.filter((each) => needed.includes(each))).toEqual([]);
      }),
    );
  });

  it("finds nothing more when what may go is gone", () => {
    fc.assert(
      fc.property(anyNeeds, anyLimits, (needs, limits) => {
        const found = bundleReasons(needs, limits, NOW);
        const bundles = needs.bundles.filter(({ bundleId }) => found.get(bundleId)?.length !== 0);
        const again = bundleReasons({ ...needs, bundles }, limits, NOW);
        expect([...again.values()].filter((why) => why.length === 0)).toEqual([]);
      }),
    );
  });
});
