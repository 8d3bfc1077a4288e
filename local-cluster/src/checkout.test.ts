import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCheckout } from "./checkout.ts";

let folder: string;
const git = (...args: string[]) =>
  execFileSync(
    "git",
    ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@localhost", ...args],
    { encoding: "utf8" },
  ).trim();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "canarec-checkout-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("readCheckout", () => {
  it("is the commit, and counts the files that differ from it", async () => {
    git("init", "--quiet");
    writeFileSync(join(folder, "package.json"), "1");
    writeFileSync(join(folder, "other"), "1");
    git("add", "package.json", "other");
    git("commit", "--quiet", "-m", "a");
    const commit = git("rev-parse", "HEAD");
    expect(await readCheckout(folder)).toEqual({ commit, changedFiles: 0 });
    writeFileSync(join(folder, "b"), "untracked files are no part of the code");
    expect(await readCheckout(folder)).toEqual({ commit, changedFiles: 0 });
    writeFileSync(join(folder, "package.json"), "2");
    writeFileSync(join(folder, "other"), "2");
    expect(await readCheckout(folder)).toEqual({ commit, changedFiles: 2 });
    mkdirSync(join(folder, "copy"));
    writeFileSync(join(folder, "copy", "package.json"), "not of this checkout");
    await expect(readCheckout(join(folder, "copy"))).rejects.toThrow("is no git repository");
  });

  it("says what to do where there is no commit", async () => {
    await expect(readCheckout(folder)).rejects.toThrow("clone it, or git init");
    git("init", "--quiet");
    await expect(readCheckout(folder)).rejects.toThrow("is no git repository with a commit");
  });
});
