import { describe, expect, it } from "vitest";
import type { AnalysedExposure } from "../analysis/exposure.ts";
import { failureClass } from "../analysis/exposure.ts";
import { answer } from "./build-answers.ts";
import { Deeds } from "./deeds.ts";
import { standard } from "./plans-fixture.ts";
import { Random } from "./random.ts";
import { type Scenario, equalBuilds } from "./scenario.ts";
import { type Request, Traffic } from "./traffic.ts";

const scenario = equalBuilds(standard);
const MINUTE_MS = 60_000;

function requests(of: Scenario, minutes: number, seed = 1): Request[] {
  const traffic = new Traffic(of, new Random(seed), MINUTE_MS);
  return Array.from({ length: minutes }, (_, i) =>
    traffic.requestsUntil(of.startMs + (i + 1) * MINUTE_MS),
  ).flat();
}

const meanOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe("Random", () => {
  const draw = (of: (random: Random) => number) => {
    const random = new Random(1, 2);
    return Array.from({ length: 40_000 }, () => of(random));
  };

  it.each([
    { name: "uniform", of: (r: Random) => r.uniform(), mean: 1 / 2, variance: 1 / 12 },
    { name: "exponential", of: (r: Random) => r.exponential(3), mean: 3, variance: 9 },
    { name: "normal", of: (r: Random) => r.normal(), mean: 0, variance: 1 },
    { name: "gamma of 2.5", of: (r: Random) => r.gamma(2.5), mean: 2.5, variance: 2.5 },
    { name: "gamma of .4", of: (r: Random) => r.gamma(0.4), mean: 0.4, variance: 0.4 },
    { name: "beta", of: (r: Random) => r.beta(0.1, 6), mean: 0.1, variance: 0.09 / 7 },
  ])("$name has its mean and variance", ({ of, mean, variance }) => {
    const values = draw(of);
    const squares = values.map((value) => (value - mean) ** 2);
    const spread = Math.sqrt(meanOf(squares.map((square) => (square - variance) ** 2)));
    expect(Math.abs(meanOf(values) - mean)).toBeLessThan(4 * Math.sqrt(variance / 40_000));
    expect(Math.abs(meanOf(squares) - variance)).toBeLessThan((4 * spread) / 200);
  });
});

describe("Traffic", () => {
  it("gives every request of a time once, in order, and the same again", () => {
    const found = requests(scenario, 30);
    expect(found.map(({ atMs }) => atMs)).toEqual(
      found.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
    );
    expect(found.every(({ atMs }) => atMs >= scenario.startMs)).toBe(true);
    expect(requests(scenario, 30)).toEqual(found);
  });

  it("has as many requests as it says from the first minute on, and more in the evening", () => {
    const even = { ...scenario, dailySwing: 0, visitsPerHour: 20_000 };
    const perHour = even.visitsPerHour * even.requestsPerVisit;
    expect(requests(even, 30).length / (perHour / 2)).toBeCloseTo(1, 1);
    const swinging = { ...even, dailySwing: 0.5 };
    const evening = requests(swinging, 60).length;
    const morning = requests({ ...swinging, startMs: scenario.startMs + 43_200_000 }, 60).length;
    expect(evening / morning).toBeGreaterThan(2);
  });

  it("has users who differ: some watch never, some often; some come once, some come back", () => {
    const found = requests({ ...scenario, visitsPerHour: 5_000 }, 240);
    const people = [...new Map(found.map(({ person }) => [person.id, person])).values()];
    const rates = people.map(({ watchRate }) => watchRate);
    expect(meanOf(rates)).toBeCloseTo(scenario.watchRate / 0.8, 2);
    expect(rates.filter((rate) => rate > 0.3).length / rates.length).toBeGreaterThan(0.04);
    expect(rates.filter((rate) => rate < 0.01).length / rates.length).toBeGreaterThan(0.1);
    const each = new Map<number, number>();
    for (const { person } of found) each.set(person.id, (each.get(person.id) ?? 0) + 1);
    expect([...each.values()].filter((count) => count === 1).length).toBeGreaterThan(500);
    expect(Math.max(...each.values())).toBeGreaterThan(20);
  });
});

describe("answer", () => {
  const found = requests({ ...scenario, visitsPerHour: 30_000 }, 60);
  const on = (assigned: "main" | "nightly") =>
    found.map((request) =>
      answer(request, scenario.main, { assigned, step: 4, snapshotVersion: 12 }),
    );

  it("is that of an equal build, whichever track it is on, but for who stands in", () => {
    const bare = (exposure: AnalysedExposure) => {
      const { assigned: _, reason, personalised, ...rest } = exposure;
      return reason === "cross_track" || reason === "fallback_list"
        ? { ...rest, stoodIn: true }
        : { ...rest, reason, personalised };
    };
    expect(on("nightly").map(bare)).toEqual(on("main").map(bare));
  });

  it("fails as often as the build does, in each class", () => {
    const answers = on("nightly");
    for (const failure of ["errors", "deadline", "lists"] as const) {
      const count = answers.filter((one) => failureClass(one, 600) === failure).length;
      const expected = answers.length * scenario.main.failures[failure];
      expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(2 * expected));
    }
  });

  it("confirms all but what is lost", () => {
    const lost = on("main").filter(({ matched }) => matched === false).length;
    const expected = found.length * scenario.main.losses.answers;
    expect(Math.abs(lost - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  it("is followed alike on both tracks where the builds are equal", () => {
    const watched = (assigned: "main" | "nightly") => {
      const deeds = new Deeds(scenario);
      const answers = on(assigned);
      for (const [index, request] of found.entries()) {
        const exposure = answers[index];
        if (exposure !== undefined) deeds.note(request, exposure, scenario.main.losses);
      }
      return found.map(({ person }) => deeds.of(person.id).begun);
    };
    expect(watched("nightly")).toEqual(watched("main"));
  });

  it("is followed within the time in which a watch counts, and beyond it", () => {
    const deeds = new Deeds(scenario);
    const delays: number[] = [];
    for (const [index, exposure] of on("main").entries()) {
      const request = found[index];
      if (request === undefined) continue;
      const { begun } = deeds.of(request.person.id);
      const before = begun.length;
      deeds.note(request, exposure, scenario.main.losses);
      const movie = deeds.of(request.person.id).begun[before];
      if (movie !== undefined) delays.push((movie.firstWatchedAtMs - request.atMs) / 1_000);
    }
    expect(delays.length).toBeGreaterThan(5_000);
    const late = delays.filter((delay) => delay > standard.attributionSeconds).length;
    expect(late / delays.length).toBeGreaterThan(0.1);
    expect(late / delays.length).toBeLessThan(0.3);
  });
});
