import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import { fixedRouting } from "../routing/fixed-routing.ts";
import { type LiveRouting, openLiveRouting } from "../routing/live-routing.ts";
import { type Rounds, roundsOf } from "./one-round.ts";

const LEASE_MS = 30_000;
const MINUTE_MS = 60_000;

let routing: LiveRouting;
let lost: number;
let decided: number;
let isAway: boolean;
let isFrozen: boolean;
let version: number;
const said: string[] = [];

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-03-01T12:00:00Z") });
  [lost, decided, isAway, isFrozen, version] = [0, 0, false, false, 1];
  said.length = 0;
  routing = openLiveRouting(fixedRouting(["http://127.0.0.1:9001"]), {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    changed: () => undefined,
    leaseLost: () => (lost += 1),
  });
});
afterEach(() => {
  routing[Symbol.dispose]();
  vi.useRealTimers();
});

/** Half of the users on nightly, as a leader renews it. */
async function renew(): Promise<void> {
  const url = (port: number) => `http://127.0.0.1:${port}`;
  routing.offer(
    RoutingSnapshot.parse({
      ...{ v: 1, version, epoch: 1, nightlyWeight: 0.5, salt: "r1", step: 4, releaseId: 1 },
      leaseEndsAt: new Date(Date.now() + LEASE_MS).toISOString(),
      replicas: {
        main: [{ name: "r1-1", url: url(9_001) }],
        nightly: [{ name: "r2-1", url: url(9_002) }],
      },
      pinned: {},
    }),
  );
}

const control = () =>
  roundsOf({
    async round() {
      if (isFrozen) await new Promise(() => undefined);
      if (isAway) throw new Error("Postgres is away");
      decided += 1;
      await renew();
    },
    renew,
    nowMs: () => performance.now(),
    log: {
      info: (text: unknown) => said.push(String(text)),
      warn: (_fields: unknown, text?: string) => said.push(text ?? ""),
    } as never,
  });

/** Round after round, one a second. */
async function pass({ round }: Rounds, minutes: number): Promise<void> {
  for (let second = 0; second < minutes * 60; second += 1) {
    await round();
    vi.advanceTimersByTime(1_000);
  }
}

describe("while Postgres is away", () => {
  it.each([1, 10, 119])(
    "for %i minutes nightly keeps its users, and nothing is decided",
    async (minutes) => {
      const rounds = control();
      await pass(rounds, 1);
      const before = decided;
      isAway = true;
      await pass(rounds, minutes);
      expect(routing.current().nightlyWeight).toBe(0.5);
      expect(decided).toBe(before);
      isAway = false;
      await pass(rounds, 1);
      expect(decided).toBe(before + 60);
      expect(lost).toBe(0);
      expect(said).toEqual(["a round failed", "Postgres is back"]);
    },
  );

  it("for longer than two hours main serves all, until a new version says otherwise", async () => {
    const rounds = control();
    await pass(rounds, 1);
    isAway = true;
    await pass(rounds, 120);
    expect(routing.current().nightlyWeight).toBe(0.5);
    vi.advanceTimersByTime(LEASE_MS);
    await pass(rounds, 1);
    expect(routing.current().nightlyWeight).toBe(0);
    expect(lost).toBe(1);
    isAway = false;
    await pass(rounds, 1);
    expect(routing.current().nightlyWeight).toBe(0);
    version += 1;
    await pass(rounds, 1);
    expect(routing.current().nightlyWeight).toBe(0.5);
  });

  it("and does not even answer, nightly keeps its users all the same", async () => {
    const rounds = control();
    await pass(rounds, 1);
    isFrozen = true;
    void rounds.round();
    for (let second = 0; second < 600; second += 1) {
      await rounds.beat();
      vi.advanceTimersByTime(1_000);
    }
    expect(routing.current().nightlyWeight).toBe(0.5);
    expect(lost).toBe(0);
  });

  it("and nobody leads, main serves all within the lease", () => {
    void renew();
    vi.advanceTimersByTime(LEASE_MS - 1);
    expect(routing.current().nightlyWeight).toBe(0.5);
    vi.advanceTimersByTime(1);
    expect(routing.current().nightlyWeight).toBe(0);
    vi.advanceTimersByTime(MINUTE_MS);
    expect(lost).toBe(1);
  });
});
