import { describe, expect, it } from "vitest";
import { createBlendPolicy } from "../../load/feedback-parts/blend-policy.ts";
import { createModelPolicy } from "../../load/feedback-parts/model-policy.ts";
import type { Policy } from "../../load/feedback-parts/policy.ts";
import { report } from "../../load/feedback-parts/report.ts";
import { type Day, liveThrough, meanOf } from "../../load/feedback-parts/virtual-days.ts";

/** A short form of `npm run bench -- feedback`. */
const SIZE = {
  seed: 1,
  days: 6,
  users: 80,
  movies: 150,
  visitsPerDay: 120,
  premieresPerDay: 2,
};

const STILL = { explores: false, learnsFromLists: true };
const EXPLORING = { explores: true, learnsFromLists: true };

const mean = (days: readonly Day[], key: keyof Day) => meanOf(days.map((day) => day[key]));

/** The same list for everybody, whatever they did. */
const SAME: Policy = {
  name: "the same twenty",
  train: () => Promise.resolve(),
  list: () => Array.from({ length: 20 }, (_, movie) => movie),
};

describe("a platform that learns from what it recommends", () => {
  it("knows concentration: one list for all is shown to all", async () => {
    const days = await liveThrough(SAME, { ...SIZE, days: 1, premieresPerDay: 0 });
    expect(days[0]?.coverage).toBeCloseTo(20 / 150, 12);
    expect(days[0]?.gini).toBeCloseTo(1 - 20 / 150, 12); // all shown alike among 20 of 150
    expect(days[0]?.newShare).toBe(0);
  });

  it("lives the same days again", async () => {
    const short = { ...SIZE, days: 2 };
    const once = await liveThrough(createBlendPolicy("blend", EXPLORING), short);
    expect(await liveThrough(createBlendPolicy("blend", EXPLORING), short)).toEqual(once);
  });

  it("shows more under the blend than under popularity, and pleases more; exploring shows more still", async () => {
    const popular = await liveThrough(createModelPolicy("popularity"), SIZE);
    const blend = await liveThrough(createBlendPolicy("blend", STILL), SIZE);
    const exploring = await liveThrough(createBlendPolicy("blend", EXPLORING), SIZE);
    expect(mean(blend, "coverage")).toBeGreaterThan(mean(popular, "coverage"));
    expect(mean(blend, "gini")).toBeLessThan(mean(popular, "gini"));
    expect(mean(blend, "listed")).toBeGreaterThan(mean(popular, "listed"));
    expect(mean(exploring, "coverage")).toBeGreaterThan(mean(blend, "coverage"));
    const told = report([
      { name: "popularity", runs: [popular] },
      { name: "blend", runs: [blend] },
    ]);
    expect(told).toContain("| blend |");
    expect(told).toContain("1 popularity, 2 blend");
  });

  it("pleases more where models are weighed by what was taken of lists than by what was found", async () => {
    const fortnight = { ...SIZE, days: 14, visitsPerDay: 250 };
    const found = createBlendPolicy("found", { explores: false, learnsFromLists: false });
    const byFound = (await liveThrough(found, fortnight)).slice(7);
    const byLists = (await liveThrough(createBlendPolicy("lists", STILL), fortnight)).slice(7);
    expect(mean(byLists, "listed")).toBeGreaterThan(mean(byFound, "listed"));
    expect(mean(byLists, "satisfaction")).toBeGreaterThan(mean(byFound, "satisfaction"));
  });
});
