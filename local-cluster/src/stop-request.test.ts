import { EventEmitter } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { stopRequest } from "./stop-request.ts";

afterEach(() => void vi.useRealTimers());

function requested(followParent = false) {
  const source = Object.assign(new EventEmitter(), { parents: (): string => "7 5" });
  const clock = { nowMs: 0 };
  const onForce = vi.fn();
  const { signal } = stopRequest(source, { followParent, onForce, now: () => clock.nowMs });
  return { source, clock, onForce, signal };
}

describe("stopRequest", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"])("stops on %s", (name) => {
    const { source, signal } = requested();
    expect(signal.aborted).toBe(false);
    source.emit(name);
    expect(signal.aborted).toBe(true);
  });

  it("takes the same Ctrl-C, passed on by a wrapper, for one", () => {
    const { source, clock, onForce } = requested();
    source.emit("SIGINT");
    clock.nowMs = 900;
    source.emit("SIGINT");
    expect(onForce).not.toHaveBeenCalled();
  });

  it("forces the stop at the second request", () => {
    const { source, clock, onForce } = requested();
    source.emit("SIGINT");
    clock.nowMs = 1_100;
    source.emit("SIGINT");
    expect(onForce).toHaveBeenCalledTimes(1);
  });

  it("stops when the parent is gone, if it shall follow it", () => {
    vi.useFakeTimers();
    const [following, staying] = [requested(true), requested(false)];
    following.source.parents = () => "7 1";
    staying.source.parents = () => "7 1";
    vi.advanceTimersByTime(1_100);
    expect(following.signal.aborted).toBe(true);
    expect(staying.signal.aborted).toBe(false);
  });
});
