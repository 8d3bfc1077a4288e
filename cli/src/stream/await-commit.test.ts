import { describe, expect, it } from "vitest";
import { awaitCommit } from "./await-commit.ts";

/** A stream whose partition 0 is committed up to each of these offsets in turn. */
function streamOf(...offsets: number[]) {
  let asked = 0;
  const positions = async () => {
    const nextOffset = offsets[Math.min(asked++, offsets.length - 1)] ?? 0;
    const base = { linesTotal: 0, highEventAt: null, updatedAt: new Date(0) };
    return [{ ...base, topic: "t", partition: 0, nextOffset }];
  };
  return { positions };
}

const waiting = { topic: "t", signal: new AbortController().signal };

describe("awaitCommit", () => {
  it("returns once every partition is committed, and tells the lag on the way", async () => {
    const lags: number[] = [];
    await awaitCommit({
      ...waiting,
      stream: streamOf(2, 5, 9),
      ends: [7, undefined],
      onProgress: (lag) => lags.push(lag),
    });
    expect(lags).toEqual([5, 2, 0]);
  });

  it("gives up when nothing moves", async () => {
    const stuck = awaitCommit({
      ...waiting,
      stream: streamOf(3),
      ends: [7, 1],
      onProgress: () => undefined,
      stallMs: 300,
    });
    await expect(stuck).rejects.toMatchObject({ code: "deadline_exceeded" });
    await expect(stuck).rejects.toThrow("5 lines are still waiting: does the stream-parser run?");
  });
});
