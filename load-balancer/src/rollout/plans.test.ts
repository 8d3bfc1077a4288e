import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { canonicalJson, parsePlans, planHash } from "./plans.ts";

const file: unknown = JSON.parse(
  readFileSync(new URL("../../plans.json", import.meta.url), "utf8"),
);
/** Read anew by each test, so that a file that cannot be read fails them. */
const plansOfFile = () => parsePlans(file);

describe("the named plans", () => {
  it("are valid, and standard is the one of the design", () => {
    const plans = plansOfFile();
    expect([...plans.keys()]).toEqual(["standard", "quick", "drill", "emergency"]);
    expect(plans.get("standard")).toMatchObject({
      shadow: { seconds: 1_800 },
      ramp: [
        { weight: 0.05, seconds: 1_800 },
        { weight: 0.25, seconds: 1_800 },
      ],
      evaluation: { weight: 0.5, seconds: 43_200, extensionSeconds: 43_200 },
      attributionSeconds: 14_400,
      alphas: { kill: { errors: 0.004, deadline: 0.003, lists: 0.001, primary: 0.002 } },
      leaseSeconds: 30,
      rollbackWindowSeconds: 3_600,
    });
  });

  it("say in every field what they said: whoever changes a default changes this on purpose", () => {
    const standard = plansOfFile().get("standard");
    expect(standard && planHash(standard)).toBe(
      "41322afa0ce8010e00374416906e948901811df3217edcfc31425565fccdd76f",
    );
  });

  it("are refused with the plan and the field that is wrong", () => {
    const wrong = { bad: { ...(file as { quick: object }).quick, margin: 0 } };
    expect(() => parsePlans(wrong)).toThrow(/"bad",\s+"margin"/);
  });

  it.each(["a b", "Quick", "", "quick\n", "é", "x".repeat(65)])(
    "are not called %j, which no command line or label takes",
    (name) => {
      const { quick } = file as { quick: object };
      expect(() => parsePlans({ [name]: quick })).toThrow(/Invalid key in record/);
      expect([...parsePlans({ ["x".repeat(64)]: quick }).keys()]).toEqual(["x".repeat(64)]);
    },
  );
});

describe("planHash", () => {
  it("names what a plan says, not how it is written", () => {
    const plans = plansOfFile();
    const [standard, quick] = [plans.get("standard"), plans.get("quick")];
    if (standard === undefined || quick === undefined) throw new Error("absent");
    const shuffled = Object.fromEntries(Object.entries(standard).reverse()) as typeof standard;
    expect(planHash(shuffled)).toBe(planHash(standard));
    expect(planHash(standard)).toMatch(/^[0-9a-f]{64}$/);
    expect(planHash(quick)).not.toBe(planHash(standard));
    expect(planHash({ ...standard, margin: 0.051 })).not.toBe(planHash(standard));
  });

  it("is of JSON with sorted names at every depth", () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
  });
});
