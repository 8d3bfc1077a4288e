import { describe, expect, it } from "vitest";
import { steadyClock } from "./steady-clock.ts";

describe("steadyClock", () => {
  it("goes on evenly while the machine's clock jumps forth and back", () => {
    const clocks = { wall: 1_000_000, monotonic: 50 };
    const now = steadyClock(
      () => clocks.wall,
      () => clocks.monotonic,
    );
    expect(now()).toBe(1_000_000);
    clocks.wall += 3_600_000;
    clocks.monotonic += 1_000;
    expect(now()).toBe(1_001_000);
    clocks.wall -= 86_400_000;
    clocks.monotonic += 500;
    expect(now()).toBe(1_001_500);
  });
});
