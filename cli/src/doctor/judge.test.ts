import { describe, expect, it } from "vitest";
import {
  isAtLeast,
  judgeBackups,
  judgeClock,
  judgeDisk,
  judgeOffsets,
  judgeVectors,
} from "./judge.ts";

const HOUR = 3_600_000;

describe("judgeOffsets", () => {
  const at = (next: number | null, low: number, high: number) =>
    judgeOffsets({ topic: "t", partition: 0, log: { low, high }, next });

  it.each([
    [5, 0, 9, "ok"],
    [9, 0, 9, "ok"],
    [0, 0, 0, "ok"],
    [null, 0, 9, "ok"],
    [null, 4, 9, "ok"], // nothing was ever read of it: what is gone is nobody's
    [4, 4, 9, "ok"],
    [3, 4, 9, "problem"],
    [10, 0, 9, "problem"],
    [0, 0, 100_000, "ok"],
    [0, 0, 100_001, "warning"],
  ] as const)("says of next %s in a log from %s to %s: %s", (next, low, high, state) => {
    expect(at(next, low, high).state).toBe(state);
  });

  it("counts what is lost", () => {
    expect(at(3, 5, 9).says).toContain("2 lines were removed");
  });

  it("knows a partition that is no more", () => {
    const gone = judgeOffsets({ topic: "t", partition: 7, log: null, next: 3 });
    expect(gone).toMatchObject({ check: "offsets t/7", state: "problem" });
  });
});

describe("judgeVectors", () => {
  it.each([
    [5, 5, 0, "ok"],
    [0, 0, 0, "ok"],
    [null, 0, 0, "ok"],
    [null, 5, 0, "problem"],
    [4, 5, 0, "problem"],
    [6, 5, 0, "warning"],
    [5, 5, 1, "warning"],
  ] as const)(
    "%s vectors, %s recorded, %s unembedded: %s",
    (vectors, recorded, unembedded, state) => {
      expect(judgeVectors({ collection: "c", vectors, recorded, unembedded }).state).toBe(state);
    },
  );
});

describe("judgeClock", () => {
  it.each([
    [0, "ok"],
    [-2_000, "ok"],
    [2_001, "warning"],
    [-10_000, "warning"],
    [-10_001, "problem"],
    [Number.NaN, "problem"],
  ] as const)("%s ms: %s", (ms, state) => {
    expect(judgeClock("clock", ms).state).toBe(state);
  });
});

describe("judgeDisk", () => {
  it.each([
    [50e9, 100e9, "ok"],
    [9e9, 100e9, "warning"],
    [4e9, 10e9, "warning"],
    [1.9e9, 100e9, "problem"],
    [0.4e9, 1e9, "problem"],
    [0, 0, "problem"],
  ] as const)("%s of %s: %s", (free, total, state) => {
    expect(judgeDisk("disk", { free, total }).state).toBe(state);
  });
});

describe("judgeBackups", () => {
  it.each([
    [null, "warning"],
    [0, "ok"],
    [30 * HOUR, "ok"],
    [31 * HOUR, "warning"],
    [79 * HOUR, "problem"],
  ] as const)("%s ms old: %s", (age, state) => {
    expect(judgeBackups("/b", age).state).toBe(state);
  });
});

describe("judgeBackups, where none was tried", () => {
  it.each([
    [0, "ok"],
    [30 * HOUR, "ok"],
    [31 * HOUR, "warning"],
    [null, "warning"],
  ] as const)("in a home of %s ms: %s", (homeAge, state) => {
    expect(judgeBackups("/b", null, homeAge).state).toBe(state);
  });
});

describe("isAtLeast", () => {
  it.each([
    ["v20.19.0", true],
    ["20.20", true],
    ["22", true],
    ["20.18.9", false],
    ["8", false],
    ["", false],
  ])("%s is 20.19: %s", (version, is) => {
    expect(isAtLeast(version, [20, 19])).toBe(is);
  });
});
