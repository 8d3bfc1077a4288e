import { describe, expect, it } from "vitest";
import { Exposure, RoutingSnapshot } from "./index.ts";

const exposure: Exposure = {
  v: 1,
  requestId: "0b3e3a52-6c0e-4d59-9c0e-0a5a3f1f2b11",
  at: "2026-03-01T12:00:00.000Z",
  userId: 42,
  assigned: "main",
  served: "main",
  reason: "ok",
  snapshotVersion: 1,
  step: 0,
  releaseId: null,
  build: "a1b2c3",
  bundle: "f00d",
  replica: "main-1",
  attempts: [{ replica: "main-1", status: 200, ms: 3.2 }],
  status: 200,
  list: ["alien", "barbie"],
  latencyUs: 3_456,
  personalised: true,
  propensities: null,
  pinned: false,
};

describe("Exposure", () => {
  it("survives its way over the wire", () => {
    expect(Exposure.parse(JSON.parse(JSON.stringify(exposure)))).toEqual(exposure);
  });

  it.each([
    { v: 2 },
    { userId: -1 },
    { userId: 2 ** 53 },
    { at: "yesterday" },
    { served: "nobody" },
    { reason: "because" },
    { list: ["a".repeat(257)] },
    { attempts: [{ replica: "main-1", status: 200, ms: 1, error: "tired" }] },
  ])("refuses %j", (wrong) => {
    expect(Exposure.safeParse({ ...exposure, ...wrong }).success).toBe(false);
  });
});

const snapshot: RoutingSnapshot = {
  v: 1,
  version: 3,
  epoch: 1,
  nightlyWeight: 0.05,
  salt: "r1",
  step: 1,
  releaseId: 7,
  shadowShare: 0,
  leaseEndsAt: "2026-03-01T12:00:30Z",
  replicas: {
    main: [{ name: "main-1", url: "http://127.0.0.1:9001" }],
    nightly: [{ name: "nightly-1", url: "http://127.0.0.1:9002" }],
  },
  pinned: { "42": "nightly" },
};

describe("RoutingSnapshot", () => {
  it("survives its way over the wire", () => {
    expect(RoutingSnapshot.parse(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot);
  });

  it.each([
    ["a weight without a lease", { leaseEndsAt: null }],
    ["a weight above 1", { nightlyWeight: 1.01 }],
    ["a salt with a blank", { salt: "r 1" }],
    ["no main replica", { replicas: { ...snapshot.replicas, main: [] } }],
    ["a weight without a nightly replica", { replicas: { ...snapshot.replicas, nightly: [] } }],
    [
      "two replicas of one name",
      { replicas: { main: snapshot.replicas.main, nightly: snapshot.replicas.main } },
    ],
  ])("refuses %s", (_what, wrong) => {
    expect(RoutingSnapshot.safeParse({ ...snapshot, ...wrong }).success).toBe(false);
  });
});
