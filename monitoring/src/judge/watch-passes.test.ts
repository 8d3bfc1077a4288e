import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchPasses } from "./watch-passes.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What is logged of passes of so many milliseconds, negative where they failed after that time. */
function told(...passesMs: number[]): string[] {
  const lines: string[] = [];
  const watch = watchPasses(
    {
      warn: (_fields: object, message?: string) => void lines.push(`warn: ${message ?? ""}`),
      info: (message: unknown) => void lines.push(`info: ${String(message)}`),
    },
    5_000,
  );
  for (const ms of passesMs) {
    watch.begun();
    vi.advanceTimersByTime(Math.abs(ms));
    watch.ended(ms < 0);
    vi.advanceTimersByTime(60_000);
  }
  return lines;
}

const LATE = "warn: judging takes long; verdicts may come late";
const AGAIN = "info: judging is in time again";

describe("watchPasses", () => {
  it.each([
    ["says nothing of passes in time", [10, 4_999, -100], []],
    [
      "says once that passes are late, and once that one is in time",
      [9_000, 6_000, 10, 10],
      [LATE, AGAIN],
    ],
    ["says it again of the next spell", [9_000, 10, 9_000], [LATE, AGAIN, LATE]],
    ["takes one that failed for no pass in time", [9_000, -10, -10], [LATE]],
  ])("%s", (_what, passes, lines) => {
    expect(told(...passes)).toEqual(lines);
  });

  it("speaks while the pass goes on", () => {
    const warn = vi.fn();
    watchPasses({ warn, info: vi.fn() }, 5_000).begun();
    vi.advanceTimersByTime(5_001);
    expect(warn).toHaveBeenCalledOnce();
  });
});
