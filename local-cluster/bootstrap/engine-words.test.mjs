import { describe, expect, it } from "vitest";
import { baseImageFile, lastWords } from "./engine-words.mjs";

describe("lastWords", () => {
  it.each([
    [
      "of an engine",
      'time="…" level=info msg="starting"\nfailed to start daemon: no cgroups\n\n',
      "failed to start daemon: no cgroups",
    ],
    [
      "of apt-get",
      "E: Unable to locate package docker.io\nFetched 0 B\n",
      "E: Unable to locate package docker.io",
    ],
    ["of one that names no failure", "a\nb\n", "b"],
    ["of one that is silent", "\n", "it said nothing"],
  ])("are those %s", (_whose, said, expected) => expect(lastWords(said)).toBe(expected));

  it("are few", () => expect(lastWords("x".repeat(10_000))).toHaveLength(300));
});

describe("baseImageFile", () => {
  it("is another for another Node", () => {
    expect(baseImageFile("v20.20.2", "x64")).not.toBe(baseImageFile("v22.1.0", "x64"));
  });
});
