import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { hurriedDuration, hurriedRules } from "./hurry-rules.ts";

describe("hurriedDuration", () => {
  it.each([
    ["5m", 20, "15000ms"],
    ["1h30m", 20, "270000ms"],
    ["3d", 20, "12960000ms"],
    ["15s", 1, "15000ms"],
    ["0s", 20, "0s"],
    ["1ms", 20, "1ms"],
  ])("%s at a pace of %d is %s", (text, pace, expected) => {
    expect(hurriedDuration(text, pace)).toBe(expected);
  });
});

describe("hurriedRules", () => {
  const hurried = (rule: object, pace = 20) =>
    (
      parse(hurriedRules(JSON.stringify({ groups: [{ name: "g", rules: [rule] }] }), pace)) as {
        groups: { rules: unknown[] }[];
      }
    ).groups[0]?.rules[0];

  it("shortens windows, waits and offsets, and leaves names and thresholds", () => {
    expect(
      hurried({
        alert: "Late",
        expr: 'rate(errors:rate5m{job="a5m"}[5m]) > 3600 and x offset 1h < max_over_time(y[1h:1m])',
        for: "2m",
        keep_firing_for: "10m",
        labels: { severity: "page" },
      }),
    ).toEqual({
      alert: "Late",
      expr: 'rate(errors:rate5m{job="a5m"}[15000ms]) > 3600 and x offset 180000ms < max_over_time(y[180000ms:3000ms])',
      for: "6000ms",
      keep_firing_for: "30000ms",
      labels: { severity: "page" },
    });
  });

  it("says that what is no rule file is none", () => {
    expect(() => hurriedRules("scrape_configs: []", 2)).toThrow("groups");
  });
});
