import { describe, expect, it } from "vitest";
import { addInterval, startMixture } from "../statistics/grid-mixture.ts";
import { HOUR_MS, START_MS, inputsAt, standard, strataOf, tracks } from "./inputs-fixture.ts";
import { judge } from "./judge.ts";
import { replayVerdict } from "./replay.ts";
import type { VerdictInputs } from "./verdict-inputs.ts";

const rowOf = (inputs: VerdictInputs) => judge(inputs).verdict.row;

/** 40 failures of 1,000 on nightly, 2 of 1,000 on main. */
const failing = {
  ...inputsAt(1).rare,
  errors: {
    main: { users: 1_000, failures: 2 },
    nightly: { users: 1_000, failures: 40 },
    logRatios: [
      ...addInterval(startMixture(1.2), {
        mainExposures: 1_000,
        mainFailures: 2,
        nightlyExposures: 1_000,
        nightlyFailures: 40,
      }).logRatios,
    ],
    highestLogE: 0,
  },
};
const stale = { exposures: inputsAt(1).at, platform: inputsAt(0.9).at };

describe("a verdict", () => {
  it.each<[string, VerdictInputs, number, string]>([
    ["proven errors", inputsAt(1, { rare: failing }), 1, "roll-back"],
    [
      "errors that were proven once",
      inputsAt(1, { rare: { ...failing, errors: { ...inputsAt(1).rare.errors, highestLogE: 9 } } }),
      1,
      "roll-back",
    ],
    [
      "proven harm before the look",
      inputsAt(6, { strata: strataOf(2, 2_000, 0.3, 0.2) }),
      1,
      "roll-back",
    ],
    ["harm during an outage", inputsAt(1, { rare: failing, sources: stale }), 1, "roll-back"],
    ["an outage", inputsAt(1, { sources: stale }), 2, "hold"],
    [
      "an outage at the look",
      inputsAt(12, { sources: { ...stale, exposures: inputsAt(12).at } }),
      2,
      "hold",
    ],
    ["no source at all", inputsAt(1, { sources: { exposures: null, platform: null } }), 2, "hold"],
    [
      "an outage for longer than allowed",
      inputsAt(4, { sources: stale, past: { lowestP: {}, noDataSince: inputsAt(2).at } }),
      2,
      "weight-zero",
    ],
    [
      "answers without the platform's line",
      inputsAt(1, {
        join: {
          main: { answers: 100, matched: 99, unlogged: 0 },
          nightly: { answers: 100, matched: 79, unlogged: 0 },
        },
      }),
      2,
      "hold",
    ],
    [
      "a sample ratio that is off",
      inputsAt(1, { sampleRatio: [{ of: "step 2", weight: 0.05, main: 9_000, nightly: 1_000 }] }),
      3,
      "hold",
    ],
    [
      "a sample ratio that was off",
      inputsAt(1, {
        past: { lowestP: { "sample ratio of the evaluation": 1e-4 }, noDataSince: null },
      }),
      3,
      "hold",
    ],
    ["cross-overs of 1 %", inputsAt(1, { crossOver: { users: 1_000, crossed: 10 } }), 3, "hold"],
    [
      "cross-overs below 1 %",
      inputsAt(1, { crossOver: { users: 1_000, crossed: 9 } }),
      4,
      "continue",
    ],
    [
      "invalid data, where the plan says weight zero",
      inputsAt(1, {
        plan: { ...standard, invalid: "weight-zero" },
        crossOver: { users: 100, crossed: 50 },
      }),
      3,
      "weight-zero",
    ],
    ["the ramp", inputsAt(1, { evaluation: null }), 4, "continue"],
    [
      "a moment before the look",
      inputsAt(11.99, { strata: strataOf(8, 4_000, 0.3, 0.35) }),
      4,
      "continue",
    ],
    ["a hold after the look's time", inputsAt(12.5, { onHold: true }), 4, "continue"],
    [
      "a look whose last users are not summed",
      inputsAt(12, { summedTo: inputsAt(7.99).at, strata: strataOf(8, 2_000, 0.3, 0.33) }),
      4,
      "continue",
    ],
    [
      "a look while the summing is behind",
      inputsAt(12, { summedTo: null, strata: strataOf(8, 2_000, 0.3, 0.28) }),
      4,
      "continue",
    ],
    [
      "too few users at the first look",
      inputsAt(12, { strata: strataOf(8, 62, 0.3, 0.9) }),
      4,
      "continue",
    ],
    ["a better build", inputsAt(12, { strata: strataOf(8, 2_000, 0.3, 0.33) }), 5, "promote"],
    ["a worse build", inputsAt(12, { strata: strataOf(8, 2_000, 0.3, 0.28) }), 6, "roll-back"],
    [
      "an equal build with many users",
      inputsAt(12, { strata: strataOf(8, 4_000, 0.3, 0.3) }),
      7,
      "promote",
    ],
    ["an equal build whose difference is not proven small", inputsAt(12), 8, "extend"],
    [
      "little hope",
      inputsAt(12, {
        expectation: { users: 8_000, information: 20_000 },
        strata: strataOf(8, 500, 0.3, 0.285),
      }),
      9,
      "keep-main",
    ],
    ["the end of the extension", extended(strataOf(20, 200, 0.3, 0.3)), 9, "keep-main"],
    [
      "a better build at the end of the extension",
      extended(strataOf(20, 1_000, 0.3, 0.33)),
      5,
      "promote",
    ],
    ["too few users at the end", extended(strataOf(20, 20, 0.3, 0.9)), 9, "keep-main"],
  ])("of %s", (_, inputs, row, action) => {
    expect(judge(inputs).verdict).toMatchObject({ row, action });
  });

  it("is the same however late a look is taken", () => {
    const strata = strataOf(11, 500, 0.3, 0.31).map((one) =>
      one.stratum < 8 ? one : { ...one, ...tracks(5_000, 0.3, 0.9) },
    );
    const [onTime, late] = [inputsAt(12, { strata }), inputsAt(12.9, { strata })].map(judge);
    expect(late?.evidence.primary).toEqual(onTime?.evidence.primary);
    expect(onTime?.evidence.primary.users).toEqual({ main: 4_000, nightly: 4_000 });
  });

  it("waits for as long as its clock stood", () => {
    const evaluation = {
      ...inputsAt(0).evaluation,
      heldSeconds: 3_600,
    } as VerdictInputs["evaluation"];
    const strata = strataOf(9, 2_000, 0.3, 0.33);
    expect(rowOf(inputsAt(12.9, { evaluation, strata }))).toBe(4);
    expect(rowOf(inputsAt(13, { evaluation, strata }))).toBe(5);
  });

  it("does not promote with a guardrail that is unknown", () => {
    const inputs = inputsAt(12, { strata: strataOf(8, 2_000, 0.3, 0.33) });
    const totals = { ...inputs.totals, errors: tracks(250, 0.001, 0.004) };
    const { verdict, findings } = judge({ ...inputs, totals });
    expect(findings.unproven).toEqual(["errors"]);
    expect(verdict.action).not.toBe("promote");
    const plan = {
      ...standard,
      inconclusive: "promote" as const,
      evaluation: { ...standard.evaluation, extensionSeconds: null },
    };
    expect(judge({ ...inputs, plan, totals }).verdict).toMatchObject({
      row: 9,
      action: "keep-main",
    });
  });

  it("promotes what is neither better nor worse only where that was declared", () => {
    const evaluation = { ...standard.evaluation, extensionSeconds: null };
    const plan = { ...standard, evaluation, inconclusive: "promote" as const };
    expect(judge(inputsAt(12, { plan })).verdict).toMatchObject({ row: 9, action: "promote" });
  });

  it("needs more than an equal build under the policy superior", () => {
    const plan = { ...standard, policy: "superior" as const };
    expect(rowOf(inputsAt(12, { plan, strata: strataOf(8, 4_000, 0.3, 0.3) }))).toBe(9);
  });

  it("takes the first look's boundary from its alpha and the second's from the information of both", () => {
    expect(judge(inputsAt(12)).evidence.primary.bound).toBeCloseTo(2.0537, 4);
    // 8 of 20 equal strata: information .4
    expect(judge(extended(strataOf(20, 200, 0.3, 0.3))).evidence.primary.bound).toBeCloseTo(
      2.425,
      4,
    );
  });
});

function extended(strata: VerdictInputs["strata"]): VerdictInputs {
  const inputs = inputsAt(24, { strata });
  if (inputs.evaluation === null) throw new Error("no evaluation");
  return { ...inputs, evaluation: { ...inputs.evaluation, extended: true } };
}

describe("an outage of the data", () => {
  it.each([1, 10, 120, 180])(
    "of %d minutes holds, ends at its limit, and is over when it is over",
    (minutes) => {
      let past: VerdictInputs["past"] = { lowestP: {}, noDataSince: null };
      const beginMs = START_MS + 2 * HOUR_MS;
      const actions: string[] = [];
      for (let minute = 0; minute <= minutes + 5; minute += 1) {
        const atMs = beginMs + minute * 60_000;
        const high = new Date(minute <= minutes ? beginMs : atMs).toISOString();
        const hours = (atMs - START_MS) / HOUR_MS;
        const record = judge(
          inputsAt(hours, { past, sources: { exposures: high, platform: high } }),
        );
        expect(record.verdict.kind).not.toBe("fail");
        actions.push(record.verdict.action);
        past = record.extremes;
      }
      expect(actions[0]).toBe("continue");
      expect(actions.at(-1)).toBe("continue");
      expect(actions.includes("hold")).toBe(minutes > 2);
      expect(actions.includes("weight-zero")).toBe(minutes > 122);
    },
  );
});

describe("a record", () => {
  it("is replayed to the last digit from its own text", () => {
    const record: unknown = JSON.parse(JSON.stringify(judge(inputsAt(12, { rare: failing }))));
    expect(replayVerdict(record)).toMatchObject({ same: true });
  });

  it("is found out if a figure was changed", () => {
    const record = JSON.parse(JSON.stringify(judge(inputsAt(12)))) as { inputs: VerdictInputs };
    record.inputs.crossOver.crossed = 1;
    expect(replayVerdict(record).same).toBe(false);
  });

  it("is a few kilobytes", () => {
    const inputs = inputsAt(24, { strata: strataOf(20, 2_000, 0.3, 0.3), rare: failing });
    expect(JSON.stringify(judge(inputs)).length).toBeLessThan(16_000);
  });

  it("is refused if it is none", () => {
    expect(() => replayVerdict({ v: 2 })).toThrow("no verdict record");
  });
});
