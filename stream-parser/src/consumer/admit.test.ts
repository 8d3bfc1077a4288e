import { describe, expect, it } from "vitest";
import { admit, seekOffset } from "./admit.ts";

const fresh = { nextOffset: 100, unverified: "abc" };
const reading = { nextOffset: 100, unverified: null };

describe("admit", () => {
  it.each([
    {
      when: "the message before is the one written",
      position: fresh,
      first: 99,
      print: "abc",
      then: { kind: "take", from: 1, skipped: 0 },
    },
    {
      when: "the message before is another",
      position: fresh,
      first: 99,
      print: "xyz",
      then: { kind: "restart" },
    },
    {
      when: "the log begins below the position",
      position: fresh,
      first: 0,
      print: "abc",
      then: { kind: "restart" },
    },
    {
      when: "retention has taken the message before",
      position: fresh,
      first: 100,
      print: "xyz",
      then: { kind: "take", from: 0, skipped: 0 },
    },
    {
      when: "retention has taken messages not yet read",
      position: fresh,
      first: 130,
      print: "xyz",
      then: { kind: "take", from: 0, skipped: 30 },
    },
    {
      when: "reading goes on",
      position: reading,
      first: 100,
      print: "xyz",
      then: { kind: "take", from: 0, skipped: 0 },
    },
    {
      when: "the offset was out of range and the log begins anew",
      position: reading,
      first: 0,
      print: "xyz",
      then: { kind: "restart" },
    },
    {
      when: "nothing was ever read",
      position: { nextOffset: 0, unverified: null },
      first: 0,
      print: "xyz",
      then: { kind: "take", from: 0, skipped: 0 },
    },
  ])("says $then.kind when $when", ({ position, first, print, then }) => {
    expect(admit(position, first, () => print)).toEqual(then);
  });
});

describe("seekOffset", () => {
  it("goes one message back where there is one to verify", () => {
    expect([seekOffset(fresh), seekOffset(reading)]).toEqual([99, 100]);
  });
});
