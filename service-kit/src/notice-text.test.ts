import { describe, expect, it } from "vitest";
import { noticeText, percent, utcTime } from "./notice-text.ts";

const since = new Date("2026-03-01T20:00:05.999Z");
const parts = {
  what: "The stream stands still: Kafka does not answer",
  users: "all who watch now",
  since,
  done: "the parser tries again",
  look: "canarec stream status",
};

describe("noticeText", () => {
  it("says what, to whom, since when, what was done, and where to look", () => {
    expect(noticeText(parts)).toBe(
      [
        "The stream stands still: Kafka does not answer",
        "Users: all who watch now",
        "Since: 2026-03-01 20:00:05 UTC",
        "Done: the parser tries again",
        "Look: npx canarec stream status",
      ].join("\n"),
    );
  });

  it("keeps every line but the first to one line, and the command whatever the cause's length", () => {
    const text = noticeText({ ...parts, what: "x".repeat(9_000), done: "one\ntwo" });
    expect(text.length).toBeLessThanOrEqual(3_500);
    expect(text.split("\n")).toHaveLength(5);
    expect(text).toContain("Done: one two\nLook: npx canarec stream status");
  });
});

describe("percent", () => {
  it.each([
    [0, "0 %"],
    [0.004, "0.4 %"],
    [0.0125, "1.3 %"],
    [0.05, "5 %"],
    [1, "100 %"],
  ])("words %d as %s", (share, words) => {
    expect(percent(share)).toBe(words);
  });
});

describe("utcTime", () => {
  it("gives seconds and the zone", () => {
    expect(utcTime(since)).toBe("2026-03-01 20:00:05 UTC");
  });
});
