import { describe, expect, it } from "vitest";
import { movedText, refusedText } from "./tag-notices.ts";

const at = new Date("2026-03-01T20:00:00Z");
const one = { tag: "release-recommender-nightly-3", code: "b".repeat(40) };

describe("messages about tags", () => {
  it("say that a tag that moved is left alone", () => {
    expect(movedText({ ...one, before: "a".repeat(40) }, at)).toBe(
      [
        "The tag release-recommender-nightly-3 was moved from aaaaaaaaaaaa to bbbbbbbbbbbb: it is not released again",
        "Users: none: what was released of the first commit stays as it is",
        "Since: 2026-03-01 20:00:00 UTC",
        "Done: nothing; give the new commit a tag of its own",
        "Look: npx canarec release list",
      ].join("\n"),
    );
  });

  it("say why a tag was refused, and how to release it all the same", () => {
    expect(refusedText(one, "the traffic cannot show the margin", at)).toBe(
      [
        "The tag release-recommender-nightly-3 (bbbbbbbbbbbb) was not released: the traffic cannot show the margin",
        "Users: none: main serves as before",
        "Since: 2026-03-01 20:00:00 UTC",
        `Done: it is not tried again; to release it all the same: canarec release submit --ref ${one.code} --force`,
        "Look: npx canarec release status",
      ].join("\n"),
    );
  });
});
