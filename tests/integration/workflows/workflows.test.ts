import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const FOLDER = join(ROOT, ".github/workflows");
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.7";
const LIMIT_MS = 300_000;

const workflows = readdirSync(FOLDER).map((name) => ({
  name,
  text: readFileSync(join(FOLDER, name), "utf8"),
}));

function go(...args: string[]) {
  const PATH = `${process.env["PATH"] ?? ""}:/usr/local/go/bin`;
  return spawnSync("go", args, { cwd: ROOT, encoding: "utf8", env: { ...process.env, PATH } });
}

describe.each(workflows)("$name", ({ name, text }) => {
  it("names every action by its full commit, and gives no more than it has to", () => {
    const used = [...text.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((action) => !/^[\w/-]+@[0-9a-f]{40}$/.test(action ?? ""))).toEqual([]);
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
    expect(text).toMatch(/^concurrency:/m);
  });

  it("holds no logic: each step is one command that runs anywhere", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const commands = [...text.matchAll(/run: (.+)/g)].map(([, command]) => command ?? "");
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const script = /^npm run (?:--silent )?(\S+)/.exec(command)?.[1];
      if (script !== undefined) expect(Object.keys(scripts)).toContain(script);
      else expect(command).toMatch(/^(?:npm ci|bash \.ci\/run|docker pull --quiet \S+)$/);
      expect(command).not.toMatch(/&&|\|\||;|\$\{\{/);
    }
  });

  it("is what actionlint takes", { timeout: LIMIT_MS }, ({ skip }) => {
    skip(go("version").status !== 0, "Go is not installed: actionlint cannot be run");
    skip(
      go("mod", "download", ACTIONLINT.replace("/cmd/actionlint", "")).status !== 0,
      "the Go module of actionlint cannot be had here",
    );
    const linted = go("run", ACTIONLINT, "-shellcheck=", "-pyflakes=", join(FOLDER, name));
    expect(linted.stdout + linted.stderr).toBe("");
    expect(linted.status).toBe(0);
  });
});
