import { describe, expect, it } from "vitest";
import { ReplicaHealth } from "./replica-health.ts";

function ready(): ReplicaHealth {
  const health = new ReplicaHealth();
  health.checked("ready");
  return health;
}

function fail(health: ReplicaHealth, times: number, nowMs: number, last = false): boolean {
  let ejected = false;
  for (let i = 0; i < times; i += 1) ejected = health.failed(nowMs, "server_error", last);
  return ejected;
}

describe("ReplicaHealth, by active checks", () => {
  it("is out until the first check, then in at once", () => {
    const health = new ReplicaHealth();
    expect(health.availability(0)).toBe("out");
    health.checked("ready");
    expect(health.availability(0)).toBe("in");
  });

  it("goes out after three silent checks, and in after two good ones", () => {
    const health = ready();
    health.checked("silent");
    health.checked("silent");
    expect(health.availability(0)).toBe("in");
    health.checked("silent");
    expect(health.availability(0)).toBe("out");
    health.checked("ready");
    expect(health.availability(0)).toBe("out");
    health.checked("ready");
    expect(health.availability(0)).toBe("in");
  });

  it("counts silent checks in a row only", () => {
    const health = ready();
    for (const result of ["silent", "silent", "ready", "silent", "silent"] as const) {
      health.checked(result);
    }
    expect(health.availability(0)).toBe("in");
  });

  it.each(["refused", "not_ready"] as const)("goes out at once when %s", (result) => {
    const health = ready();
    health.checked(result);
    expect(health.availability(0)).toBe("out");
  });
});

describe("ReplicaHealth, by requests", () => {
  it("goes out at once when a connection is refused, until two checks are good", () => {
    const health = ready();
    health.failed(0, "refused", false);
    expect(health.availability(60_000)).toBe("out");
    health.checked("ready");
    health.checked("ready");
    expect(health.availability(60_000)).toBe("in");
  });

  it("is ejected by five failures in a row, even the last of its track", () => {
    const health = ready();
    expect(fail(health, 4, 0, true)).toBe(false);
    expect(health.availability(0)).toBe("in");
    expect(fail(health, 1, 0, true)).toBe(true);
    expect(health.availability(0)).toBe("out");
  });

  it("is ejected when half of twenty requests in 10 s fail", () => {
    const health = ready();
    for (let i = 0; i < 9; i += 1) {
      health.failed(i * 100, "server_error", false);
      health.succeeded(i * 100);
    }
    health.succeeded(1_000);
    expect(health.availability(1_000)).toBe("in");
    expect(health.failed(1_001, "server_error", false)).toBe(true);
  });

  it("stays in with half of its requests failing when it is the last", () => {
    const health = ready();
    for (let i = 0; i < 50; i += 1) {
      health.succeeded(i);
      expect(health.failed(i, "server_error", true)).toBe(false);
    }
    expect(health.availability(50)).toBe("in");
  });

  it("forgets failures older than 10 s", () => {
    const health = ready();
    for (let i = 0; i < 19; i += 1) {
      if (i % 4 === 0) health.succeeded(0);
      else health.failed(0, "timeout", false);
    }
    health.succeeded(11_000);
    expect(health.failed(11_000, "timeout", false)).toBe(false);
  });

  it("is tried again after a second, with one request at a time", () => {
    const health = ready();
    fail(health, 5, 0);
    expect(health.availability(999)).toBe("out");
    expect(health.availability(1_000)).toBe("probe");
    health.beginProbe();
    expect(health.availability(1_000)).toBe("out");
    health.abandonProbe();
    expect(health.availability(1_000)).toBe("probe");
    health.beginProbe();
    health.succeeded(1_001);
    expect(health.availability(1_001)).toBe("in");
  });

  it("is ejected twice as long by each failed probe, up to 30 s", () => {
    const health = ready();
    fail(health, 5, 0);
    let now = 0;
    for (const lengthMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      expect(health.availability(now + lengthMs - 1)).toBe("out");
      now += lengthMs;
      expect(health.availability(now)).toBe("probe");
      health.beginProbe();
      health.failed(now, "timeout", false);
    }
  });

  it("begins with a short ejection again after it was well for half a minute", () => {
    const health = ready();
    fail(health, 5, 0);
    health.beginProbe();
    health.succeeded(1_000);
    fail(health, 5, 40_000);
    expect(health.availability(41_000)).toBe("probe");
  });

  it("is not taken back by a request that was under way at its ejection", () => {
    const health = ready();
    fail(health, 5, 0);
    health.succeeded(500);
    expect(health.availability(500)).toBe("out");
  });

  it("is not ejected for longer by requests that were under way at its ejection", () => {
    const health = ready();
    fail(health, 5, 0);
    fail(health, 20, 500);
    expect(health.availability(1_000)).toBe("probe");
  });

  it("counts requests that time out together as one failure in a row", () => {
    const health = ready();
    for (let i = 0; i < 64; i += 1) expect(health.failed(600, "timeout", true, i)).toBe(false);
    for (let round = 1; round <= 3; round += 1) {
      expect(health.failed(600 + round * 600, "timeout", true, round * 600)).toBe(false);
    }
    expect(health.failed(3_000, "timeout", true, 2_400)).toBe(true);
  });

  it("is never out for longer than a second when it is the last", () => {
    const health = ready();
    fail(health, 5, 0, true);
    for (let now = 1_000; now < 20_000; now += 1_000) {
      expect(health.availability(now)).toBe("probe");
      health.beginProbe();
      health.failed(now, "timeout", true);
    }
  });

  it("is tried again soon when no other replica is left", () => {
    const health = ready();
    fail(health, 5, 0);
    health.beginProbe();
    health.failed(1_000, "timeout", false);
    health.beginProbe();
    health.failed(3_000, "timeout", false);
    health.trySoon(3_500);
    expect(health.availability(4_499)).toBe("out");
    expect(health.availability(4_500)).toBe("probe");
  });
});
