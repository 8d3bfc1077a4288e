import { describe, expect, it } from "vitest";
import { whyWorse } from "./judge-work.ts";

const work = (done: number, bad: number) => ({ done, bad });

describe("whyWorse", () => {
  it.each([
    ["every one is bad", work(1_000, 0), work(20, 20), "20 of 20 were bad, 0.0 % before"],
    ["half are bad", work(1_000, 10), work(100, 50), "50 of 100 were bad, 1.0 % before"],
    // Wilson's lower bound of 30 of 100 at 3.29 is .175.
    ["surely above a tenth", work(1_000, 10), work(100, 30), "30 of 100"],
    ["more than twice what was", work(1_000, 200), work(1_000, 500), "20.0 % before"],
    ["little is known of before", work(19, 19), work(100, 90), "0.0 % before"],
    ["counts of bad ones run ahead", work(1_000, 0), work(30, 31), "30 of 30"],
  ])("says so where %s", (_, before, after, why) => {
    expect(whyWorse(before, after)).toContain(why);
  });

  it.each([
    ["all is well", work(1_000, 0), work(1_000, 0)],
    ["nothing was done", work(1_000, 0), work(0, 0)],
    ["little was done yet", work(1_000, 0), work(19, 19)],
    // Wilson's lower bound of 19 of 100 at 3.29 is .094.
    ["it may be a tenth", work(1_000, 0), work(100, 19)],
    ["as much was bad before", work(1_000, 300), work(1_000, 320)],
    ["all was bad before", work(1_000, 2_000), work(1_000, 1_000)],
  ])("says nothing where %s", (_, before, after) => {
    expect(whyWorse(before, after)).toBeUndefined();
  });
});
