import { describe, expect, it } from "vitest";
import { gated } from "./load-gate.ts";

describe("gated", () => {
  it("lets one try each pause while the database is away, and all once it is back", async () => {
    let nowMs = 0;
    let tries = 0;
    let isAway = true;
    const load = gated(
      async (key: string) => {
        tries += 1;
        if (isAway) throw new Error("refused");
        return key;
      },
      { timeoutMs: 1_000, pauseMs: 250, nowMs: () => nowMs },
    );
    const ask = () => Promise.allSettled([load("a"), load("b"), load("c")]);
    await ask();
    expect(tries).toBe(3); // all at once, before the first had failed
    await ask();
    expect(tries).toBe(3);
    nowMs = 250;
    await ask();
    expect(tries).toBe(4);
    isAway = false;
    nowMs = 500;
    await expect(load("a")).resolves.toBe("a");
    await expect(load("b")).resolves.toBe("b");
  });

  it("does not wait for ever", async () => {
    const load = gated(() => new Promise<never>(() => undefined), {
      timeoutMs: 5,
      pauseMs: 250,
      nowMs: () => 0,
    });
    await expect(load("a")).rejects.toMatchObject({ code: "deadline_exceeded" });
  });
});
