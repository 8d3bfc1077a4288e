import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearerOf, hashInFile, isSameHash, sha256Of } from "./bearer.ts";

/** FIPS 180-2, appendix B.1. */
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

describe("sha256Of", () => {
  it("is the standard's", () => expect(sha256Of("abc")).toBe(ABC));
});

describe("isSameHash", () => {
  it.each([
    [ABC, ABC, true],
    [ABC, ABC.toUpperCase(), true],
    [ABC, ABC.slice(2), false],
    [ABC, `${ABC.slice(0, -1)}e`, false],
    ["", "", false],
    ["no hash", "no hash", false],
  ])("%s and %s: %s", (a, b, same) => expect(isSameHash(a, b)).toBe(same));
});

describe("bearerOf", () => {
  it.each([
    ["Bearer abc", "abc"],
    ["bearer abc", undefined],
    ["Bearer", undefined],
    ["Bearer ", undefined],
    ["Bearer a b", undefined],
    ["Basic abc", undefined],
    [undefined, undefined],
  ])("of %s is %s", (authorization, token) =>
    expect(bearerOf({ headers: authorization === undefined ? {} : { authorization } })).toBe(token),
  );
});

describe("hashInFile", () => {
  const folder = { path: "" };
  beforeAll(() => void (folder.path = mkdtempSync(join(tmpdir(), "canarec-bearer-"))));
  afterAll(() => rmSync(folder.path, { recursive: true }));

  it.each([
    ["abc\n", ABC],
    [`sha256:${ABC}\n`, ABC],
    [" \n", undefined],
  ])("of %j is %s", async (content, hash) => {
    const file = join(folder.path, "token");
    writeFileSync(file, content);
    expect(await hashInFile(file)).toBe(hash);
  });

  it("of no file is none", async () =>
    expect(await hashInFile(join(folder.path, "none"))).toBeUndefined());
});
