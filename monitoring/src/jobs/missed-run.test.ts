import { describe, expect, it } from "vitest";
import { isRunMissed } from "./missed-run.ts";

const DAY_MS = 86_400_000;
const at = (time: string) => new Date(`2026-03-${time}:00Z`);

/** Of a job at 02:41 each day, on March 10. */
const daily = {
  periodMs: DAY_MS,
  nextRunAt: at("11T02:41"),
  lastSuccessAt: at("09T02:50"),
  diaryBeganAt: at("01T00:00"),
};

describe("isRunMissed", () => {
  it.each([
    ["the machine was off at its minute", {}, at("10T02:43"), true],
    ["it was off for days", { lastSuccessAt: at("03T02:50") }, at("10T09:00"), true],
    ["it ran", { lastSuccessAt: at("10T02:50") }, at("10T09:00"), false],
    ["it was made up already", { lastSuccessAt: at("10T09:30") }, at("10T10:00"), false],
    ["it never succeeded", { lastSuccessAt: null }, at("10T09:00"), true],
    [
      "it never succeeded in a system that began since its time",
      { lastSuccessAt: null, diaryBeganAt: at("10T08:00") },
      at("10T09:00"),
      false,
    ],
    ["nothing ever ran", { lastSuccessAt: null, diaryBeganAt: null }, at("10T09:00"), false],
    ["its own time comes within the hour", {}, at("11T01:41"), false],
    ["its own time comes in more than an hour", {}, at("11T01:40"), true],
    ["it runs hourly", { periodMs: DAY_MS / 24, nextRunAt: at("10T10:07") }, at("10T09:00"), false],
    ["its time never comes again", { nextRunAt: undefined }, at("10T09:00"), false],
    ["it has no times", { periodMs: undefined }, at("10T09:00"), false],
    [
      "it is weekly, and ran in its week",
      { periodMs: 7 * DAY_MS, nextRunAt: at("15T02:41"), lastSuccessAt: at("08T02:41") },
      at("10T09:00"),
      false,
    ],
    [
      "it is weekly, and did not run in its week",
      { periodMs: 7 * DAY_MS, nextRunAt: at("15T02:41"), lastSuccessAt: at("08T02:40") },
      at("10T09:00"),
      true,
    ],
  ])("where %s", (_what, change, now, missed) => {
    expect(isRunMissed({ ...daily, ...change }, now)).toBe(missed);
  });
});
