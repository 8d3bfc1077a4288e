import { describe, expect, it } from "vitest";
import { parseTags } from "./list-tags.ts";
import { sortTags } from "./sort-tags.ts";
import { wishOf } from "./tag-kinds.ts";

const a = "a".repeat(40);
const b = "b".repeat(40);
const name = (n: string) => `release-recommender-nightly-${n}`;

describe("parseTags", () => {
  it("takes the commit of an annotated tag, and leaves out what is no tag of ours", () => {
    const text = [
      `${a}\trefs/tags/${name("1")}`,
      `${b}\trefs/tags/${name("2")}`,
      `${a}\trefs/tags/${name("2")}^{}`,
      `${a}\trefs/tags/v1`,
      `${a}\trefs/tags/release-1.0+rc`,
      `${a}\trefs/tags/${name("$(x)")}`,
      "nothing",
      "",
    ].join("\n");
    expect(parseTags(text)).toEqual([
      { tag: name("1"), code: a },
      { tag: name("2"), code: a },
      { tag: "release-1.0+rc", code: a }, // to be refused
    ]);
  });
});

describe("sortTags", () => {
  it("submits each tag once, also one whose submission was cut off", () => {
    const found = ["4", "3", "2", "1"].map((n) => ({ tag: name(n), code: a }));
    const known = [
      { tag: name("1"), code: a, outcome: "before" as const },
      { tag: name("2"), code: a, outcome: "submitted" as const },
      { tag: name("3"), code: a, outcome: "pending" as const },
      { tag: name("0"), code: a, outcome: "refused" as const },
    ];
    expect(sortTags(found, known)).toEqual({ submit: [found[1], found[0]], moved: [] });
  });

  it("finds a tag that has moved, and does not submit it", () => {
    const known = [{ tag: name("1"), code: a, outcome: "pending" as const }];
    expect(sortTags([{ tag: name("1"), code: b }], known)).toEqual({
      submit: [],
      moved: [{ tag: name("1"), code: b, before: a }],
    });
  });
});

describe("wishOf", () => {
  it.each([
    ["release-recommender-nightly-7", { kind: "recommender", judged: true }],
    ["release-recommender-main-2026.11", { kind: "recommender", judged: false }],
    ["release-parser-1", { kind: "service", service: "stream-parser" }],
    ["release-load-balancer-1", { kind: "service", service: "load-balancer" }],
    ["release-monitoring-1", { kind: "service", service: "monitoring" }],
    ["release-parser-", undefined],
    ["release-parser-a b", undefined],
    ["release-inference-1", undefined],
    ["x-release-parser-1", undefined],
  ])("of %s is %j", (tag, wish) => {
    expect(wishOf(tag)).toEqual(wish);
  });
});
