import { describe, expect, it } from "vitest";
import { entrySeconds, forecast } from "./forecast.ts";
import { standard } from "./inputs-fixture.ts";

const day = 86_400;
const traffic = {
  seconds: 7 * day,
  users: [8_000, 20_000] as const,
  mean: 0.3,
  userVariance: 0.21,
};

describe("the forecast of a release", () => {
  it("counts the users who enter in hours 0 to 8 and 0 to 20", () => {
    expect(entrySeconds(standard)).toEqual([8 * 3_600, 20 * 3_600]);
  });

  it("gives users, least effect and power at both looks", () => {
    const result = forecast(standard, traffic);
    if (result.kind !== "forecast") throw new Error(result.reason);
    const [first, last] = result.looks;
    expect(first).toMatchObject({ afterSeconds: 43_200, usersPerTrack: 4_000 });
    // se = √(2 × .21 / 4,000) = .010247, of .3: .034157
    expect(first?.relativeSe).toBeCloseTo(0.034157, 6);
    expect(first?.minimumEffect).toBeCloseTo((2.0537489 + 0.8416212) * 0.034157, 5);
    expect(last?.powerToShowMargin).toBeGreaterThan(first?.powerToShowMargin ?? 1);
    expect(result.users).toBe(8_000);
    expect(result.information).toBeCloseTo(1 / (2 * (0.21 / 10_000)), 3);
  });

  it.each([
    [20_000, false],
    [200_000, true],
  ])("says whether the margin can be shown with %d users", (users, can) => {
    const result = forecast(standard, { ...traffic, users: [users / 2, users] });
    expect(result).toMatchObject({ kind: "forecast", canShowMargin: can });
  });

  it.each([
    [{ ...traffic, seconds: day - 1 }, /a day is needed/],
    [{ ...traffic, userVariance: 0 }, /no variation/],
  ])("has nothing to say of %o", (thin, reason) => {
    const result = forecast(standard, thin);
    expect(result.kind === "no-data" && result.reason).toMatch(reason);
  });
});
