import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openDraw } from "./draw.ts";
import { parseGateMargins } from "./gate-margins.ts";
import { type GateEvidence, decideGate } from "./gate.ts";

const margins = parseGateMargins({});
const draw = openDraw(4);
const uniform = () => draw.below(1000) / 1000;

/** Candidate = main + shift, with some noise a user. */
function measure(name: string, users: number, shift: number) {
  const main = new Float64Array(users).map(() => 0.25 + uniform() / 4);
  const candidate = main.map((value) => value + shift + (uniform() - 0.5) / 10);
  return { name, main, candidate };
}

function evidence(changes: Partial<GateEvidence> = {}): GateEvidence {
  const quick = { p50Ms: 0.4, p99Ms: 2 };
  return {
    measures: [measure("recall@20", 300, 0.05), measure("ndcg@20", 300, 0.05)],
    coverage: { main: 0.2, candidate: 0.2 },
    latency: { main: quick, candidate: quick },
    damage: [],
    answers: { asked: 1000, invalid: [] },
    ...changes,
  };
}

const decide = (changes: Partial<GateEvidence> = {}, declared: object = {}) =>
  decideGate(evidence(changes), parseGateMargins(declared));
const codes = (changes: Partial<GateEvidence>, declared: object = {}) =>
  decide(changes, declared).reasons.map(({ code }) => code);
const latency = (main: number, candidate: number) => ({
  main: { p50Ms: 1, p99Ms: main },
  candidate: { p50Ms: 1, p99Ms: candidate },
});

describe("decideGate", () => {
  it("passes what is better, and says how sure it is", () => {
    const { verdict, reasons, figures } = decide();
    expect([verdict, reasons]).toEqual(["pass", []]);
    expect(figures.map(({ name }) => name)).toEqual(["recall@20", "ndcg@20"]);
    for (const { result } of figures) {
      if (result.kind !== "difference") throw new Error(result.kind);
      expect(result.lower).toBeGreaterThan(0);
      expect(result.shareWorse).toBe(0);
      expect(result.margin).toBeCloseTo(0.02 * result.main, 12);
    }
  });

  it("refuses what is clearly worse in any measure", () => {
    const measures = [measure("recall@20", 300, 0.01), measure("ndcg@20", 300, -0.05)];
    const { verdict, reasons } = decide({ measures });
    expect(verdict).toBe("fail");
    expect(reasons).toMatchObject([{ code: "worse" }]);
    expect(reasons[0]?.message).toMatch(/^ndcg@20 is 0\.0.* worse in 100\.0 % of the resamples$/);
  });

  it.each([
    { name: "surely worse, within the margin", shift: -0.005, users: 5000, verdict: "pass" },
    { name: "surely worse, beyond the margin", shift: -0.02, users: 5000, verdict: "fail" },
    { name: "surely worse, no margin", shift: -0.005, users: 5000, lossShare: 0, verdict: "fail" },
    { name: "perhaps worse", shift: -0.004, users: 60, lossShare: 0, verdict: "pass" },
  ])("$name: $verdict", ({ shift, users, lossShare, verdict }) => {
    const { main } = measure("recall@20", users, 0);
    const candidate = main.map((value, user) => value + shift + (user % 2 === 0 ? 0.05 : -0.05));
    const measures = [{ name: "recall@20", main, candidate }];
    expect(decide({ measures }, lossShare === undefined ? {} : { lossShare }).verdict).toBe(
      verdict,
    );
  });

  it("refuses a true loss of what it calls detectable four times of five", () => {
    let refused = 0;
    for (let run = 0; run < 200; run += 1) {
      const probe = decide({ measures: [measure("recall@20", 60, 0)] }, { lossShare: 0 });
      const result = probe.figures[0]?.result;
      if (result?.kind !== "difference") throw new Error("no figure");
      const measures = [measure("recall@20", 60, -result.detectable)];
      refused += decide({ measures }, { lossShare: 0, seed: run }).verdict === "fail" ? 1 : 0;
    }
    expect(refused / 200).toBeGreaterThan(0.7);
    expect(refused / 200).toBeLessThan(0.9);
  });

  it("seldom refuses an equal build", () => {
    let refused = 0;
    for (let run = 0; run < 200; run += 1) {
      const measures = [measure("recall@20", 80, 0)];
      refused += decide({ measures }, { lossShare: 0, seed: run }).verdict === "fail" ? 1 : 0;
    }
    expect(refused).toBeLessThanOrEqual(14); // 5 expected of 200 at 2.5 %; P(> 14) < .001
  });

  it("has no data with too few users, and fails even then what is broken", () => {
    const measures = [measure("recall@20", 49, -0.5)];
    expect(decide({ measures })).toMatchObject({
      verdict: "no-data",
      reasons: [{ code: "too-few-users" }],
      figures: [{ result: { kind: "too-few-users", users: 49 } }],
    });
    expect(decide({ measures: [measure("recall@20", 0, 0)] }).verdict).toBe("no-data");
    const broken = decide({ measures, damage: ["scores: sha256 differs"] });
    expect(broken).toMatchObject({
      verdict: "fail",
      reasons: [{ code: "damaged" }, { code: "too-few-users" }],
    });
  });

  it.each([
    [0.2, 0.1, []],
    [0.5, 0.05, []],
    [0.5, 0.0499, ["coverage"]],
    [0, 0, []],
  ])("coverage %d of main, %d of the candidate", (main, candidate, expected) => {
    expect(codes({ coverage: { main, candidate } })).toEqual(expected);
  });

  it.each([
    [1, 5, []],
    [1, 5.01, ["slow"]],
    [8, 11.9, []],
    [8, 12.1, ["slow"]],
  ])("%d ms of main and %d of the candidate, of 99 answers in 100", (main, candidate, expected) => {
    expect(codes({ latency: latency(main, candidate) })).toEqual(expected);
  });

  it("refuses answers that are not valid", () => {
    const invalid = [{ user: 7, problem: "a movie twice" }];
    expect(codes({ answers: { asked: 1000, invalid } })).toEqual(["invalid-answers"]);
    expect(codes({ answers: { asked: 1000, invalid } }, { invalidAnswers: 1 })).toEqual([]);
  });

  it.each<[Partial<GateEvidence>, string]>([
    [{ damage: ["scores: sha256 differs"] }, "scores: sha256 differs"],
    [
      { answers: { asked: 900, invalid: [{ user: 7, problem: "a movie twice" }] } },
      "1 of 900 answers are not valid; user 7: a movie twice",
    ],
    [
      { latency: latency(1, 5.014) },
      "99 % of the answers take up to 5.01 ms, the limit is 5.00 ms",
    ],
    [
      { coverage: { main: 0.5, candidate: 0.0312 } },
      "3.1 % of the movies are in a list, of main's 50.0 %",
    ],
    [{ measures: [measure("ndcg@20", 49, 0)] }, "49 test users, 50 are needed to compare ndcg@20"],
  ])("says with its figures why: %#", (changes, message) => {
    expect(decide(changes).reasons.map((reason) => reason.message)).toEqual([message]);
  });

  it("gives what it was decided from", () => {
    const invalid = [{ user: 7, problem: "a movie twice" }];
    const {
      answers,
      margins: declared,
      ...rest
    } = decide({ answers: { asked: 900, invalid }, latency: latency(1, 2) }, { invalidAnswers: 1 });
    expect(answers).toEqual({ asked: 900, invalid: 1 });
    expect(declared).toEqual({ ...margins, invalidAnswers: 1 });
    expect(rest).toMatchObject({
      coverage: { main: 0.2, candidate: 0.2 },
      latency: latency(1, 2),
    });
  });

  it("compares users from the least number on", () => {
    const [few, enough] = [49, 50].map((users) => [measure("recall@20", users, -0.5)]);
    expect(decide({ measures: few ?? [] }).verdict).toBe("no-data");
    expect(decide({ measures: enough ?? [] }).verdict).toBe("fail");
  });

  it("never passes what it fails with a larger loss", () => {
    const shift = fc.double({ min: -0.2, max: 0.2, noNaN: true });
    fc.assert(
      fc.property(shift, fc.double({ min: 0, max: 0.2, noNaN: true }), (base, loss) => {
        const first = measure("recall@20", 60, base);
        const second = { ...first, candidate: first.candidate.map((value) => value - loss) };
        if (decide({ measures: [first] }).verdict === "fail") {
          expect(decide({ measures: [second] }).verdict).toBe("fail");
        }
      }),
      { numRuns: 30 },
    );
  });

  it("refuses evidence that is no number", () => {
    expect(() => decide({ measures: [] })).toThrow(/no measure/);
    expect(() => decide({ coverage: { main: Number.NaN, candidate: 0 } })).toThrow(/NaN/);
    expect(() => decide({ latency: latency(1, Infinity) })).toThrow(/Infinity/);
    const nan = { name: "recall@20", main: new Float64Array(1), candidate: Float64Array.of(NaN) };
    expect(() => decide({ measures: [nan] })).toThrow(/not finite/);
  });
});

describe("parseGateMargins", () => {
  it("fills in what is not declared", () => {
    expect(parseGateMargins({})).toEqual({
      ...{ lossShare: 0.02, level: 0.95, leastUsers: 50, coverageShare: 0.1 },
      ...{ p99Ms: 5, slowdown: 1.5, invalidAnswers: 0, seed: 1 },
    });
    expect(parseGateMargins({ lossShare: 0 })).toEqual({ ...margins, lossShare: 0 });
  });

  it.each([
    ["lossShare", 1.01],
    ["lossShare", -0.01],
    ["level", 0.5],
    ["level", 1],
    ["leastUsers", 1],
    ["leastUsers", 50.5],
    ["coverageShare", 1.01],
    ["coverageShare", -0.01],
    ["p99Ms", 0],
    ["slowdown", 0.99],
    ["invalidAnswers", -1],
    ["invalidAnswers", 0.5],
    ["seed", 0.5],
  ])("refuses %s of %d, and names it", (field, value) => {
    expect(() => parseGateMargins({ [field]: value })).toThrow(`gate margin ${field}: `);
  });

  it("refuses what it does not know, and what is no object", () => {
    expect(() => parseGateMargins({ unknown: 1 })).toThrow(/^gate margin : .*unknown/);
    expect(() => parseGateMargins(7)).toThrow(/^gate margin : /);
  });
});
