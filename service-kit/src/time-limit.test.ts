import { getEventListeners, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { withinTime } from "./time-limit.ts";

const LONG_MS = 600_000;

describe("withinTime", () => {
  it("ends after its time, also while garbage is collected", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const limited = withinTime(new AbortController().signal, 50);
    const collecting = setInterval(collect, 10);
    await once(limited, "abort").finally(() => clearInterval(collecting));
    expect(limited.reason).toMatchObject({ name: "TimeoutError" });
  });

  it("ends with the other, with its reason", () => {
    const other = new AbortController();
    const limited = withinTime(other.signal, LONG_MS);
    expect(limited.aborted).toBe(false);
    other.abort(new Error("stopped"));
    expect(limited.reason).toEqual(new Error("stopped"));
    expect(withinTime(other.signal, LONG_MS).reason).toEqual(new Error("stopped"));
  });

  it("adds nothing to the other, however often it is combined", () => {
    const other = new AbortController();
    const limited = Array.from({ length: 20 }, () => withinTime(other.signal, LONG_MS));
    expect(getEventListeners(other.signal, "abort")).toEqual([]);
    other.abort();
    expect(limited.every(({ aborted }) => aborted)).toBe(true);
  });

  it("keeps the first reason", async () => {
    const other = new AbortController();
    const limited = withinTime(other.signal, 5);
    await once(limited, "abort");
    other.abort(new Error("too late"));
    await sleep(1);
    expect(limited.reason).toMatchObject({ name: "TimeoutError" });
  });
});
