import { describe, expect, it } from "vitest";
import { type AnswerMinute, availabilityOf } from "./availability.ts";

const MINUTE_MS = 60_000;

const at = (minute: number, answers: number, good: number, onTime: number): AnswerMinute => ({
  ...{ minuteMs: minute * MINUTE_MS, answers, good, onTime },
});

describe("availability", () => {
  const minutes = [at(0, 1_000, 0, 0), at(1, 60, 60, 54), at(2, 40, 39, 36), at(3, 500, 0, 0)];

  it("sums whole minutes of its window, the end left out", () => {
    expect(availabilityOf(minutes, 3 * MINUTE_MS, 2 * MINUTE_MS)).toEqual({
      ...{ answers: 100, available: 0.99, onTime: 0.9 },
    });
  });

  it("does not depend on the order of the minutes", () => {
    expect(availabilityOf(minutes.toReversed(), 3 * MINUTE_MS, 2 * MINUTE_MS)?.available).toBe(
      0.99,
    );
  });

  it("is unknown where nothing was answered", () => {
    expect(availabilityOf([], 0, MINUTE_MS)).toBeUndefined();
    expect(availabilityOf(minutes, 100 * MINUTE_MS, MINUTE_MS)).toBeUndefined();
    expect(availabilityOf([at(1, 0, 0, 0)], 2 * MINUTE_MS, MINUTE_MS)).toBeUndefined();
  });
});
