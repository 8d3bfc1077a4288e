import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "canarec-folder-"))));
afterEach(() => rmSync(folder, { recursive: true }));

describe("makeFolder", () => {
  it("makes those above too, each of that mode, and takes what is there", () => {
    makeFolder(join(folder, "a", "b", "c"), 0o700);
    makeFolder(join(folder, "a", "b", "c"));
    makeFolder("/");
    for (const made of ["a", "a/b", "a/b/c"]) {
      expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700);
    }
  });

  it("says what is in the way", () => {
    writeFileSync(join(folder, "file"), "");
    symlinkSync(join(folder, "nowhere"), join(folder, "link"));
    expect(() => makeFolder(join(folder, "file"))).toThrow("EEXIST");
    expect(() => makeFolder(join(folder, "file", "below"))).toThrow(/ENOTDIR/);
    expect(() => makeFolder(join(folder, "link"))).toThrow("EEXIST");
  });

  it.runIf(existsSync("/proc/self"))("ends where the file system makes no folders", () => {
    expect(() => makeFolder("/proc/canarec")).toThrow("ENOENT");
    expect(() => makeFolder("/proc/canarec/a/b")).toThrow("ENOENT");
  });
});
