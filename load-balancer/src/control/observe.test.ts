import { describe, expect, it } from "vitest";
import { type ReplicaLoad, TrackAttempts, unhealthyOf } from "./observe.ts";
import { lagOf } from "./read-lag.ts";

const nothing = { attempts: 0, failures: 0 };
const none = { main: nothing, nightly: nothing, nightlyOut: false };
const nightly = (attempts: number, failures: number) => ({
  main: { attempts: 1_000, failures: 10 },
  nightly: { attempts, failures },
  nightlyOut: false,
});
const load: ReplicaLoad = {
  ...{ name: "r2-1", mebibytes: 300, mostMebibytes: 2_048 },
  ...{ lagMs: 12, mostLagMs: 500, lateLooks: 0 },
};
const failure = {
  ...{
    name: "r2-1",
    releaseId: 2,
    reason: "r2-1 ended with exit code 3",
    lastLines: ["x"],
    atMs: 0,
  },
  wasReady: true,
};

describe("unhealthyOf", () => {
  it("finds nothing where all is well", () => {
    expect(unhealthyOf([], nightly(1_000, 10), [load])).toBeUndefined();
  });

  it("finds a replica that ended, once it had been ready", () => {
    expect(unhealthyOf([failure], none, [])?.reason).toContain("exit code 3");
    expect(unhealthyOf([{ ...failure, wasReady: false }], none, [])).toBeUndefined();
  });

  it("finds half of at least 20 first attempts failed", () => {
    expect(unhealthyOf([], nightly(19, 19), [])).toBeUndefined();
    expect(unhealthyOf([], nightly(20, 9), [])).toBeUndefined();
    expect(unhealthyOf([], nightly(20, 10), [])?.reason).toBe(
      "50 % of 20 first attempts on nightly failed",
    );
  });

  it("does not blame nightly for what fails on main as well", () => {
    const both = {
      ...{ main: { attempts: 100, failures: 60 }, nightly: { attempts: 50, failures: 40 } },
      nightlyOut: false,
    };
    expect(unhealthyOf([], both, [])).toBeUndefined();
    expect(unhealthyOf([], { ...both, nightlyOut: true }, [])).toBeUndefined();
    const fewOfMain = { ...both, main: { attempts: 19, failures: 19 } };
    expect(unhealthyOf([], fewOfMain, [])?.reason).toContain("80 % of 50");
  });

  it("finds a replica above its memory", () => {
    const grown = { ...load, mebibytes: 2_049 };
    expect(unhealthyOf([], none, [load, grown])?.reason).toContain("2049 MiB, above its limit");
  });

  it("finds an event loop that is held up again and again", () => {
    const late = { ...load, lagMs: 700, lateLooks: 2 };
    expect(unhealthyOf([], none, [late])).toBeUndefined();
    expect(unhealthyOf([], none, [{ ...late, lateLooks: 3 }])?.reason).toContain(
      "held up by 700 ms",
    );
  });
});

describe("TrackAttempts", () => {
  const track = (attempts: number, failures: number, available = 2) => ({
    ...{ attempts, failures, available },
    replicas: [{ name: "r2-1", available: available > 0, inFlight: 0 }],
  });
  const report = (nightly: ReturnType<typeof track>, main = track(0, 0)) => [
    { main, nightly, shadow: {} },
  ];

  it("looks at the last minute alone, and blames nobody for what was before the first look", () => {
    const late = new TrackAttempts();
    expect(late.look(report(track(500, 400)), 0).nightly).toEqual(nothing);
    for (let second = 1; second <= 600; second += 1) {
      late.look(report(track(500 + 100 * second, 400)), second * 1_000);
    }
    // After ten good minutes a minute in which everything fails.
    const seen = late.look(report(track(60_500 + 6_000, 400 + 6_000)), 660_000);
    expect(seen.nightly).toEqual({ attempts: 6_000, failures: 6_000 });
    late.reset();
    expect(late.look(report(track(70_000, 7_000)), 661_000).nightly).toEqual(nothing);
  });

  it("counts from nothing where a data plane was started anew", () => {
    const late = new TrackAttempts();
    late.look(report(track(500, 0)), 0);
    expect(late.look(report(track(20, 20)), 1_000).nightly).toEqual(nothing);
    expect(late.look(report(track(45, 40)), 2_000).nightly).toEqual({ attempts: 25, failures: 20 });
  });

  it("tells when no replica of nightly can be tried, look after look", () => {
    const late = new TrackAttempts();
    const out = Array.from({ length: 10 }, (_, n) => n).map(
      (n) => late.look(report(track(0, 0, 0)), n * 1_000).nightlyOut,
    );
    expect(out.indexOf(true)).toBe(9);
    expect(unhealthyOf([], late.look(report(track(0, 0, 0)), 10_000), [])?.reason).toContain(
      "no replica of nightly",
    );
    expect(late.look(report(track(0, 0, 1)), 11_000).nightlyOut).toBe(false);
  });
});

describe("lagOf", () => {
  it("reads what prom-client writes", () => {
    const text = `# HELP nodejs_eventloop_lag_p99_seconds p99
nodejs_eventloop_lag_p90_seconds{service="inference"} 0.9
nodejs_eventloop_lag_p99_seconds{service="inference"} 0.0125
`;
    expect(lagOf(text)).toBeCloseTo(12.5, 9);
    expect(lagOf("nodejs_eventloop_lag_p99_seconds NaN")).toBeUndefined();
    expect(lagOf("")).toBeUndefined();
  });
});
