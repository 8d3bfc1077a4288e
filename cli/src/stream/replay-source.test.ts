import { UTC, createZone } from "@canarec/stream-parser/contract/zone";
import { describe, expect, it } from "vitest";
import { ratingLine } from "./replay-source.ts";

const five = { zone: UTC, ratingMax: 5 };

describe("ratingLine", () => {
  it.each([
    ["1,31,2.5,1260759144", "2009-12-14T02:52:24,1,GET /rate/31=2.5"],
    ["1,31,4.0,1260759120", "2009-12-14T02:52,1,GET /rate/31=4"],
    ["7,1,5,0", "1970-01-01T00:00,7,GET /rate/1=5"],
  ])("makes of %s %s", (text, line) => {
    expect(ratingLine(text, five)?.value.toString()).toBe(line);
  });

  it("writes local times, and ratings on the platform's scale", () => {
    const ten = { zone: createZone("America/New_York"), ratingMax: 10 };
    expect(ratingLine("1,31,2.5,1260759144", ten)?.value.toString()).toBe(
      "2009-12-13T21:52:24,1,GET /rate/31=5",
    );
  });

  it("names the user, whose lines stay in order", () => {
    expect(ratingLine("610,31,2.5,1260759144", five)?.userId).toBe(610);
  });

  it.each(["", "x", "1,31,2.5", "1,31,,1260759144", "-1,31,2.5,1", "99999999999999999,31,2.5,1"])(
    "makes nothing of %s",
    (text) => {
      expect(ratingLine(text, five)).toBeUndefined();
    },
  );
});
