import { describe, expect, it } from "vitest";
import { beginNotice, endNotice } from "./trouble-notice.ts";
import { START } from "./watch-fixture.ts";

const finding = {
  kind: "bad",
  what: "The stream stands still: no stream parser answers",
  users: "all who watch now",
  done: "it is started again",
} as const;
const stream = { trouble: "stream", kind: "stream" } as const;

describe("messages of troubles", () => {
  it("say of a beginning what, to whom, since when, what is done, and where to look", () => {
    expect(beginNotice(stream, finding, START)).toEqual({
      key: "trouble-stream-begins-2026-03-01T20:00:00.000Z",
      kind: "trouble",
      text: [
        "The stream stands still: no stream parser answers",
        "Users: all who watch now",
        "Since: 2026-03-01 20:00:00 UTC",
        "Done: it is started again",
        "Look: npx canarec stream status",
      ].join("\n"),
    });
  });

  it("name the command of the finding where it has one of its own", () => {
    const away = { ...finding, look: "canarec doctor" };
    expect(beginNotice(stream, away, START).text).toMatch(/\nLook: npx canarec doctor$/);
  });

  it.each([
    [119_000, "119 s"],
    [600_000, "10 min"],
    [10_800_000, "3 h"],
  ])("say of an end how long it lasted: %d ms is %s", (ms, words) => {
    const past = { sinceMs: START, nowMs: START + ms, what: finding.what };
    const { key, text } = endNotice(stream, past);
    expect(key).toBe("trouble-stream-ends-2026-03-01T20:00:00.000Z");
    expect(text.split("\n").slice(0, 2)).toEqual([
      "Over: The stream is written again",
      "Users: none any longer",
    ]);
    expect(text).toContain(
      `Done: it lasted ${words}, from 2026-03-01 20:00:00 UTC on: The stream stands still: no stream parser answers\n`,
    );
  });

  it("name the job that was late", () => {
    const late = { trouble: "job-late:backup", kind: "job-late" } as const;
    expect(beginNotice(late, finding, START).text).toContain("Look: npx canarec jobs backup");
    const past = { sinceMs: START, nowMs: START, what: "x" };
    expect(endNotice(late, past).text).toContain("Over: Job backup has succeeded again");
  });
});
