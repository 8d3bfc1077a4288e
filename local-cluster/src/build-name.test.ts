import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildName } from "./build-name.ts";

let folder: string;
const git = (...args: string[]) =>
  execFileSync(
    "git",
    ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@localhost", ...args],
    { encoding: "utf8" },
  ).trim();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "canarec-build-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("buildName", () => {
  it("is the commit, and says where files differ from it", () => {
    git("init", "--quiet");
    writeFileSync(join(folder, "package.json"), "1");
    git("add", "package.json");
    git("commit", "--quiet", "-m", "a");
    const commit = git("rev-parse", "HEAD");
    expect(buildName(folder)).toBe(commit);
    mkdirSync(join(folder, "copy"));
    writeFileSync(join(folder, "copy", "package.json"), "not of this checkout");
    expect(buildName(join(folder, "copy"))).toBe("dev");
    writeFileSync(join(folder, "b"), "untracked files are no part of the code");
    expect(buildName(folder)).toBe(commit);
    writeFileSync(join(folder, "package.json"), "2");
    expect(buildName(folder)).toBe(`${commit}-dirty`);
  });

  it("is dev without a commit", () => {
    expect(buildName(join(folder, "absent"))).toBe("dev");
    git("init", "--quiet");
    expect(buildName(folder)).toBe("dev");
  });
});
