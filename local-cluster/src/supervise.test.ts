import { describe, expect, it, vi } from "vitest";
import type { Child, Exit } from "./child.ts";
import { type SupervisionEvents, supervise } from "./supervise.ts";

/** A process that ends when told to. */
function fakeChild(pid: number): Child & { end(exit: Exit): void } {
  let end: (exit: Exit) => void = () => undefined;
  const exited = new Promise<Exit>((resolve) => (end = resolve));
  const stop = async () => end({ code: 0, signal: null });
  return {
    ...{ name: "x", pid, exited, end, stop },
    isAlive: () => true,
    ask: () => Promise.reject(new Error("it has no channel")),
    kill: () => end({ code: null, signal: "SIGKILL" }),
    [Symbol.asyncDispose]: stop,
  };
}

function recordedEvents(): SupervisionEvents & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    started: (_name, child) => told.push(`started ${child.pid}`),
    ended: (_name, exit, waitMs) => told.push(`ended ${exit.code ?? "-"}, ${waitMs} ms`),
    failedToStart: (_name, reason, waitMs) => told.push(`failed: ${reason}, ${waitMs} ms`),
    restarted: (_name, child) => told.push(`restarted ${child.pid}`),
  };
}

/** Time passes only when told, or by waiting. */
function fakePace() {
  const clock = { nowMs: 0 };
  return {
    clock,
    now: () => clock.nowMs,
    random: () => 0.999_999_999, // the whole of each wait
    sleep: async (ms: number) => void (clock.nowMs += ms),
  };
}

/** Long enough for everything that is due to happen. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("supervise", () => {
  it("starts a process that ended again, waiting longer each time", async () => {
    const children = [1, 2, 3].map(fakeChild);
    const events = recordedEvents();
    const start = vi.fn(async () => children[start.mock.calls.length - 1] ?? fakeChild(9));
    await using _supervision = await supervise({ name: "x", start }, events, fakePace());
    for (const child of children.slice(0, 2)) {
      child.end({ code: 1, signal: null });
      await settled();
    }
    expect(events.told.map(rounded)).toEqual([
      "started 1",
      "ended 1, 500 ms",
      "restarted 2",
      "ended 1, 1000 ms",
      "restarted 3",
    ]);
  });

  it("counts anew after a process that lived long", async () => {
    const children = [1, 2, 3].map(fakeChild);
    const events = recordedEvents();
    const pace = fakePace();
    const start = vi.fn(async () => children[start.mock.calls.length - 1] ?? fakeChild(9));
    await using _supervision = await supervise({ name: "x", start }, events, pace);
    children[0]?.end({ code: 1, signal: null });
    await settled();
    pace.clock.nowMs += 60_000;
    children[1]?.end({ code: 1, signal: null });
    await settled();
    expect(events.told.map(rounded).slice(3)).toEqual(["ended 1, 500 ms", "restarted 3"]);
  });

  it("goes on trying when a restart fails, and says why", async () => {
    const first = fakeChild(1);
    const events = recordedEvents();
    const answers = [() => first, () => new Error("no port"), () => fakeChild(2)];
    const start = vi.fn(async () => {
      const answer = answers[start.mock.calls.length - 1]?.() ?? first;
      if (answer instanceof Error) throw answer;
      return answer;
    });
    await using _supervision = await supervise({ name: "x", start }, events, fakePace());
    first.end({ code: null, signal: "SIGKILL" });
    await settled();
    expect(events.told.map(rounded)).toEqual([
      "started 1",
      "ended -, 500 ms",
      "failed: no port, 1000 ms",
      "restarted 2",
    ]);
  });

  it("stops the process when disposed, and starts none again", async () => {
    const events = recordedEvents();
    const start = vi.fn(async () => fakeChild(1));
    const supervision = await supervise({ name: "x", start }, events, fakePace());
    await supervision[Symbol.asyncDispose]();
    await settled();
    expect(start).toHaveBeenCalledTimes(1);
    expect(events.told).toEqual(["started 1"]);
  });

  it("ends its waiting when disposed", async () => {
    const child = fakeChild(1);
    const start = vi.fn(async () => child);
    const waiting = (_ms: number, signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    const pace = { ...fakePace(), sleep: waiting };
    const supervision = await supervise({ name: "x", start }, recordedEvents(), pace);
    child.end({ code: 1, signal: null });
    await settled();
    await supervision[Symbol.asyncDispose]();
    expect(start).toHaveBeenCalledTimes(1);
  });

  it("lets the failure of the first start out", async () => {
    const start = () => Promise.reject(new Error("no Java"));
    const starting = supervise({ name: "x", start }, recordedEvents(), fakePace());
    await expect(starting).rejects.toThrow("no Java");
  });
});

/** Without the fraction that the back-off's jitter leaves. */
function rounded(line: string): string {
  return line.replace(/[\d.]+ ms/, (wait) => `${Math.round(Number.parseFloat(wait))} ms`);
}
