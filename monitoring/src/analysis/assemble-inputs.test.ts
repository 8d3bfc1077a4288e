import { describe, expect, it } from "vitest";
import { encodeSums, sumsOfUsers } from "../statistics/sufficient-sums.ts";
import {
  type SummarisedMinute,
  type Summaries,
  assembleInputs,
  summedUsers,
  varietySums,
} from "./assemble-inputs.ts";
import { HOUR_MS, START_MS, inputsAt, standard } from "./inputs-fixture.ts";
import type { Metric } from "./metrics.ts";
import type { MinuteCounts } from "./minute-counts.ts";

const MINUTE = 60_000;
const NOW = START_MS + HOUR_MS;
const nothing: MinuteCounts = {
  ...{ requests: 0, users: 0, errors: 0, deadline: 0, lists: 0, fallbacks: 0, personalised: 0 },
  ...{ answers: 0, matched: 0, unlogged: 0, sampled: 0, sampledMovies: 0 },
};
type Place = Partial<Omit<SummarisedMinute, "minuteMs" | "counts">>;

/** A minute so many minutes before now. */
const minute = (
  ago: number,
  counts: Partial<MinuteCounts>,
  place: Place = {},
): SummarisedMinute => ({
  ...{ track: "main", step: 4, inWindow: true, ...place },
  minuteMs: NOW - ago * MINUTE,
  counts: { ...nothing, ...counts },
});

const sumsOf = (s: number) => sumsOfUsers([{ s, k: 1, x: 0 }]);
const users = (track: "main" | "nightly", stratum: number, metric: Metric, s = 1) => ({
  ...{ track, stratum, metric, sums: sumsOf(s) },
});
const encoded = (...all: number[]) => encodeSums(sumsOfUsers(all.map((s) => ({ s, k: 1, x: 0 }))));

const summaries: Summaries = {
  release: inputsAt(1).release,
  plan: standard,
  expectation: null,
  onHold: false,
  window: { startedAtMs: START_MS, heldSeconds: 60, extended: false, firstSnapshotVersion: 5 },
  sources: { exposuresMs: NOW, platformMs: NOW },
  summedToMs: NOW - HOUR_MS,
  minutes: [],
  sums: [],
  stepUsers: [],
  entered: { main: 0, nightly: 0, crossedOver: 0 },
  past: { lowestP: { harm: 0.5 }, noDataSince: null },
};
const inputs = (change: Partial<Summaries>, atMs = NOW) =>
  assembleInputs({ ...summaries, ...change }, atMs);

describe("the inputs of a verdict", () => {
  it("say what the summaries say, times as texts", () => {
    expect(
      inputs({ entered: { main: 7, nightly: 5, crossedOver: 2 }, onHold: true }),
    ).toMatchObject({
      release: summaries.release,
      plan: standard,
      at: "2026-03-01T21:00:00.000Z",
      onHold: true,
      evaluation: {
        startedAt: "2026-03-01T20:00:00.000Z",
        ...{ heldSeconds: 60, extended: false, firstSnapshotVersion: 5 },
      },
      sources: { exposures: "2026-03-01T21:00:00.000Z", platform: "2026-03-01T21:00:00.000Z" },
      summedTo: "2026-03-01T20:00:00.000Z",
      crossOver: { users: 12, crossed: 2 },
      past: { lowestP: { harm: 0.5 }, noDataSince: null },
    });
  });

  it("say that there is nothing where there is nothing", () => {
    const sources = { exposuresMs: null, platformMs: null };
    const before = { window: undefined, summedToMs: undefined, sources };
    expect(inputs(before)).toMatchObject({
      evaluation: null,
      summedTo: null,
      sources: { exposures: null, platform: null },
      sampleRatio: [],
      strata: [],
    });
  });

  it("count the answers of half an hour, but those whose platform line can still be on its way", () => {
    const answers = (ago: number, n: number, place: Place = {}) =>
      minute(ago, { answers: n, matched: n - 1, unlogged: 3 }, place);
    const minutes = [
      answers(31, 1_000),
      answers(30, 100),
      answers(3, 10),
      answers(2, 5, { track: "nightly" }),
      answers(1, 7, { track: "nightly" }),
    ];
    expect(inputs({ minutes }).join).toEqual({
      main: { answers: 110, matched: 108, unlogged: 6 },
      nightly: { answers: 5, matched: 4, unlogged: 3 },
    });
    const behind = { exposuresMs: NOW, platformMs: NOW - 2 * MINUTE };
    expect(inputs({ minutes, sources: behind }).join.nightly.answers).toBe(0);
    const silent = { exposuresMs: NOW, platformMs: null };
    expect(inputs({ minutes, sources: silent }).join.main.answers).toBe(0);
  });

  it("compare the sizes of the tracks in each step, in the evaluation, and among who saw a list", () => {
    const stepUsers = [
      { step: 1, main: 99, nightly: 0 },
      { step: 2, main: 95, nightly: 5 },
      { step: 3, main: 75, nightly: 25 },
    ];
    const steps = [
      { of: "step 2", weight: 0.05, main: 95, nightly: 5 },
      { of: "step 3", weight: 0.25, main: 75, nightly: 25 },
    ];
    const sums = [users("main", 0, "joined", 40), users("nightly", 3, "joined", 38)];
    const entered = { main: 51, nightly: 49, crossedOver: 0 };
    expect(inputs({ stepUsers, window: undefined, sums, entered }).sampleRatio).toEqual(steps);
    expect(inputs({ stepUsers, sums, entered }).sampleRatio).toEqual([
      ...steps,
      { of: "the evaluation", weight: 0.5, main: 51, nightly: 49 },
      { of: "the evaluation whose lists were shown", weight: 0.5, main: 40, nightly: 38 },
    ]);
  });

  it("have the plan's metric by stratum, in order, and all metrics of what a look judges", () => {
    const sums = [
      users("nightly", 8, "watched_share", 4),
      users("main", 8, "watched_share", 3),
      users("nightly", 2, "watched_share", 2),
      users("main", 2, "watched_share", 0),
      users("main", 2, "watched_share", 1),
      users("main", 2, "errors", 9),
    ];
    const strata = [
      { stratum: 2, main: encoded(0, 1), nightly: encoded(2) },
      { stratum: 8, main: encoded(3), nightly: encoded(4) },
    ];
    const whole = { main: encoded(0, 1, 3), nightly: encoded(2, 4) };
    for (const change of [{ sums }, { sums, window: undefined }]) {
      const early = inputs(change);
      expect(early.strata).toEqual(strata);
      expect(early.totals.watched_share).toEqual(whole);
    }
    // 12 h and the minute that was held: strata 0 to 7
    const atLook = inputs({ sums }, START_MS + 12 * HOUR_MS + MINUTE);
    expect(atLook.strata).toEqual(strata);
    expect(atLook.totals.watched_share).toEqual({ main: encoded(0, 1), nightly: encoded(2) });
    expect(atLook.totals.errors).toEqual({ main: encoded(9), nightly: encoded() });
    const byRating = inputs({ sums, plan: { ...standard, metric: "rating" } });
    expect(byRating.strata).toEqual([]);
  });
});

describe("the variety of lists", () => {
  const sampled = (ago: number, sampledMovies: number, place: Place = {}) =>
    minute(ago, { sampled: 10, sampledMovies }, place);

  it("pairs the minutes of the evaluation that both tracks are in", () => {
    const minutes = [
      sampled(9, 50),
      sampled(9, 40, { track: "nightly" }),
      sampled(8, 30),
      sampled(8, 4, { step: 5 }),
      sampled(8, 20, { track: "nightly" }),
      sampled(7, 99),
      sampled(6, 99, { track: "nightly" }),
      sampled(5, 99, { inWindow: false }),
      sampled(5, 99, { inWindow: false, track: "nightly" }),
      minute(4, { sampledMovies: 99 }),
      minute(4, { sampledMovies: 99 }, { track: "nightly" }),
    ];
    const pairs = [
      { s: 40, k: 50, x: 0 },
      { s: 20, k: 34, x: 0 },
    ];
    expect(varietySums(minutes)).toEqual(sumsOfUsers(pairs));
  });
});

describe("stored sums", () => {
  it("are read, those of a metric that is not known left out", () => {
    const row = { track: "main", hour: 3, sums: encoded(5) } as const;
    expect(
      summedUsers([
        { ...row, metric: "errors" },
        { ...row, metric: "joy" },
      ]),
    ).toEqual([{ track: "main", stratum: 3, metric: "errors", sums: sumsOf(5) }]);
  });
});
