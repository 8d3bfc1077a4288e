import { describe, expect, it } from "vitest";
import { type ReplicaLoad, unhealthyOf } from "./observe.ts";
import { lagOf } from "./read-lag.ts";

const none = { main: { attempts: 0, failures: 0 }, nightly: { attempts: 0, failures: 0 } };
const nightly = (attempts: number, failures: number) => ({
  main: { attempts: 1_000, failures: 10 },
  nightly: { attempts, failures },
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
    const both = { main: { attempts: 100, failures: 60 }, nightly: { attempts: 50, failures: 40 } };
    expect(unhealthyOf([], both, [])).toBeUndefined();
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
