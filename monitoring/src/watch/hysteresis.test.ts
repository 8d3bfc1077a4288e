import { describe, expect, it } from "vitest";
import { UNSEEN, afterLook } from "./hysteresis.ts";
import { type Finding, GOOD, UNCLEAR } from "./sighting.ts";

const BAD: Finding = { kind: "bad", what: "w", users: "u", done: "d" };
const letters: Readonly<Record<string, Finding>> = { b: BAD, g: GOOD, "?": UNCLEAR };

/** A look a second, each a letter; what is told at which second. Begins after 2 s, ends after 3 s. */
function told(looks: string, isOpen = false): string[] {
  let watched = UNSEEN;
  const events: string[] = [];
  Array.from(looks).forEach((letter, second) => {
    const look = { nowMs: second * 1_000, isOpen, beginMs: 2_000, endMs: 3_000 };
    const after = afterLook(watched, letters[letter] ?? UNCLEAR, look);
    watched = after.watched;
    if (after.event === undefined) return;
    isOpen = after.event === "begins";
    events.push(`${after.event} ${second}`);
  });
  return events;
}

describe("afterLook", () => {
  it.each([
    ["gbbbbbbb", ["begins 3"]],
    ["gbbgbbgbb", []],
    ["bbbbgggggg", ["begins 2", "ends 7"]],
    ["bbbbggbggbgggg", ["begins 2", "ends 13"]],
    ["b??b", ["begins 3"]],
    ["bbb????g???g", ["begins 2", "ends 11"]],
    ["????", []],
  ])("of the looks %s tells %j", (looks, events) => {
    expect(told(looks)).toEqual(events);
  });

  it("does not tell again what was told before a restart, and tells its end", () => {
    expect(told("bbbbbb", true)).toEqual([]);
    expect(told("gggg", true)).toEqual(["ends 3"]);
  });
});
