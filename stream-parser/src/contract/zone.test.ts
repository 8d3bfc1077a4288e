import { describe, expect, it } from "vitest";
import { UTC, createZone } from "./zone.ts";

const local = (text: string) => Date.parse(`${text}Z`);
const moment = (zone: string, text: string) =>
  new Date(createZone(zone).toEpochMs(local(text))).toISOString();

describe("a zone", () => {
  it.each([
    ["UTC", "2024-07-01T12:00:00", "2024-07-01T12:00:00.000Z"],
    ["America/New_York", "2024-01-15T12:00:00.123", "2024-01-15T17:00:00.123Z"],
    ["America/New_York", "2024-07-15T12:00:00", "2024-07-15T16:00:00.000Z"],
    ["Asia/Kathmandu", "2024-07-15T12:00:00", "2024-07-15T06:15:00.000Z"],
    ["Pacific/Apia", "2011-12-29T12:00:00", "2011-12-29T22:00:00.000Z"],
    ["Pacific/Apia", "2011-12-31T12:00:00", "2011-12-30T22:00:00.000Z"],
  ])("in %s, %s is %s", (zone, text, iso) => {
    expect(moment(zone, text)).toBe(iso);
  });

  it("moves a local time inside a gap forward by the gap", () => {
    expect(moment("America/New_York", "2024-03-10T01:59:59")).toBe("2024-03-10T06:59:59.000Z");
    expect(moment("America/New_York", "2024-03-10T02:30:00")).toBe("2024-03-10T07:30:00.000Z");
    expect(moment("America/New_York", "2024-03-10T03:00:00")).toBe("2024-03-10T07:00:00.000Z");
  });

  it("takes the earlier moment of a local time that occurs twice", () => {
    expect(moment("America/New_York", "2024-11-03T00:59:59")).toBe("2024-11-03T04:59:59.000Z");
    expect(moment("America/New_York", "2024-11-03T01:30:00")).toBe("2024-11-03T05:30:00.000Z");
    expect(moment("America/New_York", "2024-11-03T02:00:00")).toBe("2024-11-03T07:00:00.000Z");
  });

  it("does not depend on what was asked before", () => {
    const zone = createZone("America/New_York");
    const twice = [local("2024-11-03T01:30:00"), local("2024-07-15T12:00:00")];
    const there = twice.map((ms) => zone.toEpochMs(ms));
    const back = twice.toReversed().map((ms) => zone.toEpochMs(ms));
    expect(there).toEqual(back.toReversed());
  });

  it("is the cheap one for UTC, and refuses what is no zone", () => {
    expect(createZone("Etc/UTC")).toBe(UTC);
    expect(() => createZone("Mars/Olympus")).toThrow(RangeError);
  });

  it("goes back to local time", () => {
    const zone = createZone("America/New_York");
    expect(zone.toLocalMs(Date.parse("2024-07-15T16:00:00Z"))).toBe(local("2024-07-15T12:00:00"));
  });
});
