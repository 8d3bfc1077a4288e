import { describe, expect, it } from "vitest";
import { type Choosable, chooseReplica } from "./choose-replica.ts";

const well = (inFlight: number): Choosable => ({ availability: "in", inFlight, cap: 10 });
const out: Choosable = { availability: "out", inFlight: 0, cap: 10 };
const probe: Choosable = { availability: "probe", inFlight: 0, cap: 10 };

describe("chooseReplica", () => {
  it.each([0, 0.49, 0.5, 0.99])("prefers the less loaded of two, drawing %d", (draw) => {
    expect(chooseReplica([well(3), well(2)], () => draw)).toBe(1);
    expect(chooseReplica([well(2), well(3)], () => draw)).toBe(0);
  });

  it("takes either of two equally loaded", () => {
    expect(chooseReplica([well(2), well(2)], () => 0)).toBe(0);
    expect(chooseReplica([well(2), well(2)], () => 0.9)).toBe(1);
  });

  it("never takes one that is out", () => {
    expect(chooseReplica([out, well(9)], () => 0)).toBe(1);
  });

  it("gives a request to the one that is to be probed", () => {
    expect(chooseReplica([well(0), probe], () => 0)).toBe(1);
  });

  it("says that all are at their caps, or that there is none", () => {
    expect(chooseReplica([well(10), well(10), out], () => 0)).toBe("overloaded");
    expect(chooseReplica([out, out], () => 0)).toBe("no_replica");
    expect(chooseReplica([], () => 0)).toBe("no_replica");
  });

  it("leaves a user with their own replica until another is much less busy", () => {
    expect(chooseReplica([well(0), well(8)], () => 0, 1)).toBe(1);
    expect(chooseReplica([well(0), well(9)], () => 0, 1)).toBe(0);
  });

  it("sends a user elsewhere while their own replica is out or full", () => {
    expect(chooseReplica([well(5), out], () => 0, 1)).toBe(0);
    expect(chooseReplica([well(9), well(10)], () => 0, 1)).toBe(0);
  });
});
