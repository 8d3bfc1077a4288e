import { describe, expect, it } from "vitest";
import { RoutingSnapshot } from "../contract/routing-snapshot.ts";
import { afterLease, refusalOf } from "./accept-snapshot.ts";

const held = RoutingSnapshot.parse({
  v: 1,
  version: 7,
  epoch: 3,
  nightlyWeight: 0.25,
  salt: "r7",
  step: 3,
  releaseId: 7,
  shadowShare: 0,
  leaseEndsAt: "2026-03-01T12:00:30Z",
  replicas: {
    main: [{ name: "main-1", url: "http://127.0.0.1:9001" }],
    nightly: [{ name: "nightly-1", url: "http://127.0.0.1:9002" }],
  },
  pinned: { "42": "nightly" },
});

describe("refusalOf", () => {
  it.each([
    ["a newer version", { version: 8, nightlyWeight: 0.5 }, undefined],
    ["a renewed lease", { leaseEndsAt: "2026-03-01T12:01:00Z" }, undefined],
    ["a lease renewed by the next leader", { epoch: 4 }, undefined],
    ["an older version", { version: 6 }, "older_version"],
    ["a leader of the past, whatever its version", { epoch: 2, version: 99 }, "older_epoch"],
    ["another decision under the same version", { nightlyWeight: 0.5 }, "conflict"],
  ] as const)("answers %s", (_what, changes, expected) => {
    expect(refusalOf(held, false, { ...held, ...changes })).toBe(expected);
  });

  it("takes whatever comes first", () => {
    expect(refusalOf(undefined, false, held)).toBeUndefined();
  });

  it("does not bring nightly back after its lease has ended, but by a new version", () => {
    const renewed = { ...held, leaseEndsAt: "2026-03-01T12:02:00Z" };
    expect(refusalOf(held, true, renewed)).toBe("lease_lost");
    expect(refusalOf(held, true, { ...renewed, version: 8 })).toBeUndefined();
  });
});

describe("afterLease", () => {
  it("has everybody on main, outside of any evaluation", () => {
    const after = afterLease(held);
    expect(after).toMatchObject({ version: 7, nightlyWeight: 0, step: 0, releaseId: null });
    expect(after.pinned).toEqual({});
    expect(after.replicas).toEqual(held.replicas);
  });
});
