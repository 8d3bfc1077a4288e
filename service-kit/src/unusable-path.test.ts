import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { unusablePath } from "./unusable-path.ts";

const folder = mkdtempSync(join(tmpdir(), "canarec-path-"));
writeFileSync(join(folder, "file"), "x");
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function failureOf(path: string): unknown {
  try {
    return readFileSync(path);
  } catch (failure) {
    return failure;
  }
}

describe("unusablePath", () => {
  it.each([
    ["absent", "there is no such file or folder"],
    [".", "it is a folder"],
    ["file/beneath", "it is no folder, or lies in what is none"],
    ["n".repeat(300), "its name is too long"],
  ])("says in words what is wrong with %s", (name, words) => {
    const path = join(folder, name);
    const cause = failureOf(path);
    expect(unusablePath(path, cause)).toMatchObject({
      code: "invalid_argument",
      message: `cannot read ${path}: ${words}`,
      cause,
    });
  });

  it("names what was tried, and keeps the words of any other failure", () => {
    expect(unusablePath("/x", new Error("the disk is on fire"), "write").message).toBe(
      "cannot write /x: the disk is on fire",
    );
  });
});
