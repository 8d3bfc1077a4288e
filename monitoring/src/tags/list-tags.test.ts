import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fetchTag } from "./list-tags.ts";

const folder = mkdtempSync(join(tmpdir(), "canarec-tags-"));
execFileSync("git", ["init", "--quiet", folder]);
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("fetchTag", () => {
  it("says of a place without a repository what git says, not how git was called", async () => {
    const repository = join(folder, "absent");
    const env = { PATH: process.env["PATH"] ?? "" };
    const { signal } = new AbortController();
    const fetched = fetchTag("release-parser-1", folder, { repository, env, signal });
    await expect(fetched).rejects.toThrow(`git says: fatal: '${repository}' does not appear to be`);
  });
});
