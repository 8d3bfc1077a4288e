import { describe, expect, it } from "vitest";
import { createInternalHeaderReader } from "./internal-header.ts";

const header = {
  build: "abc",
  bundle: "0".repeat(64),
  personalised: true,
  propensities: [1, 0.5],
  reason: "history",
};

describe("createInternalHeaderReader", () => {
  const read = createInternalHeaderReader();

  it.each(["history", "what a newer build has found"])(
    "reads a header whose reason is %s",
    (reason) => {
      const { build, bundle, personalised, propensities } = header;
      const found = { build, bundle, personalised, propensities };
      expect(read(JSON.stringify({ ...header, reason }))).toEqual(found);
    },
  );

  it.each([
    ["nothing", undefined],
    ["no JSON", "{"],
    ["no build", JSON.stringify({ ...header, build: undefined })],
    ["a chance above 1", JSON.stringify({ ...header, propensities: [2] })],
  ])("takes %s for no header", (_, text) => {
    expect(read(text)).toBeUndefined();
  });
});
