import { describe, expect, it } from "vitest";
import { retryDelayMs } from "./retry-delay.ts";

const none = { status: undefined, retryAfterSeconds: undefined };
const half = () => 0.5;

describe("retryDelayMs", () => {
  it("waits as long as Slack asks, within reason", () => {
    expect(retryDelayMs({ status: 429, retryAfterSeconds: 30 }, 1, half)).toBe(30_000);
    expect(retryDelayMs({ status: 429, retryAfterSeconds: 9_999 }, 1, half)).toBe(300_000);
  });

  it.each([none, { ...none, status: 500 }, { ...none, status: 429 }])(
    "waits longer after each failure: %j",
    (failure) => {
      expect(retryDelayMs(failure, 1, half)).toBe(1_500);
      expect(retryDelayMs(failure, 4, half)).toBe(8_500);
    },
  );

  it.each([400, 403, 404, 410])("gives up at status %d", (status) => {
    expect(retryDelayMs({ ...none, status }, 1, half)).toBe("give_up");
  });

  it("gives up after eight attempts", () => {
    expect(retryDelayMs(none, 7, half)).not.toBe("give_up");
    expect(retryDelayMs(none, 8, half)).toBe("give_up");
  });
});
