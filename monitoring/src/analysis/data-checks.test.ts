import { describe, expect, it } from "vitest";
import { missingData, validity } from "./data-checks.ts";
import { inputsAt } from "./inputs-fixture.ts";
import type { VerdictInputs } from "./verdict-inputs.ts";

const { at } = inputsAt(1);
const before = (ms: number) => new Date(Date.parse(at) - ms).toISOString();
const joined = (answers: number, matched: number) => ({ answers, matched, unlogged: 0 });
const good = joined(1_000, 1_000);

describe("missing data", () => {
  it.each<[string, Partial<VerdictInputs>, string | undefined]>([
    ["all is there", {}, undefined],
    [
      "a source is two minutes behind",
      { sources: { exposures: before(120_000), platform: at } },
      undefined,
    ],
    [
      "one is behind by more",
      { sources: { exposures: before(120_001), platform: at } },
      "the latest event of the source exposures is 120 s old",
    ],
    [
      "the other is behind by more",
      { sources: { exposures: at, platform: before(3_600_400) } },
      "the latest event of the source platform is 3600 s old",
    ],
    [
      "one never came",
      { sources: { exposures: at, platform: null } },
      "nothing has come from the source platform yet",
    ],
    [
      "as many answers are confirmed as must be",
      { join: { main: joined(50, 40), nightly: good } },
      undefined,
    ],
    [
      "fewer are",
      { join: { main: joined(50, 39), nightly: good } },
      "the platform confirms 78.0 % of main's answers, below 80.0 %",
    ],
    [
      "none of nightly's are",
      { join: { main: good, nightly: joined(50, 0) } },
      "the platform confirms 0.0 % of nightly's answers, below 80.0 %",
    ],
    [
      "there are too few answers to say",
      { join: { main: joined(49, 0), nightly: joined(0, 0) } },
      undefined,
    ],
  ])("where %s", (_, change, reason) => {
    expect(missingData(inputsAt(1, change))).toBe(reason);
  });
});

describe("validity", () => {
  const group = (of: string, main: number, nightly: number) => ({ of, weight: 0.5, main, nightly });
  const found = (change: Partial<VerdictInputs>) => validity(inputsAt(1, change));

  it("has nothing against tracks of their sizes", () => {
    const { sampleRatio, crossOver, reason } = found({});
    expect(reason).toBeUndefined();
    expect(crossOver).toBe(0);
    // χ² of 4,010 and 3,990 is 0.05, whose p is .823
    expect(sampleRatio).toMatchObject([{ of: "the evaluation", p: 1 }]);
    expect(sampleRatio[0]?.fixedP).toBeCloseTo(0.823, 3);
  });

  it("names the group that is off, not another", () => {
    const groups = [group("step 2", 4_000, 4_000), group("the evaluation", 4_600, 4_000)];
    const { sampleRatio, reason } = found({ sampleRatio: groups });
    expect(reason).toMatch(
      /^of the users of the evaluation, 4000 are on nightly and 4600 on main where 50\.0 % should be on nightly \(p \d\.\de-\d+\)$/,
    );
    expect(sampleRatio[1]?.p).toBeCloseTo(Math.exp(-(sampleRatio[1]?.logEvidence ?? 0)), 12);
  });

  it.each([
    [0.001, true],
    [0.000_999, false],
  ])("remembers the least p so far: at %d it is valid: %s", (p, isValid) => {
    const past = { lowestP: { "sample ratio of the evaluation": p }, noDataSince: null };
    const { sampleRatio, reason } = found({ past });
    expect(sampleRatio[0]?.p).toBe(p);
    expect(reason === undefined).toBe(isValid);
  });

  it.each([
    [100, 1, undefined],
    [200, 2, "2 of 200 users (1.0 %) were on both tracks under one snapshot"],
    [201, 2, undefined],
    [0, 0, undefined],
  ])("of %d users with %d on both tracks: %s", (users, crossed, reason) => {
    expect(found({ crossOver: { users, crossed } }).reason).toBe(reason);
  });
});
