import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const COMMANDS = [
  "catalog import",
  "catalog embed",
  "catalog verify",
  "bundle build",
  "bundle list",
  "bundle show",
  "stream replay",
  "stream status",
  "stream rejections",
  "recommend",
  "db migrate",
  "db status",
  "db backup",
  "db restore",
  "db retention",
  "db statistics",
];

async function run(args: readonly string[], signal = new AbortController().signal) {
  let [out, err] = ["", ""];
  const code = await runCli(args, {
    env: {},
    folder: "/",
    signal,
    input: (async function* () {})(),
    terminal: {
      out: (text) => (out += text),
      err: (text) => (err += text),
      isInteractive: false,
    },
  });
  return { code, out, err };
}

describe("canarec --help", () => {
  it("names the groups, how the cluster is found, and the exit codes", async () => {
    const { code, out, err } = await run(["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const word of ["catalog", "bundle", "stream", "recommend", "db", "cluster.json"]) {
      expect(out).toContain(word);
    }
    expect(out).toContain("Exit codes: 0 done, 1 failed, 2 wrong command line.");
  });

  it.each(COMMANDS)("of %s has an example, --json and --home", async (command) => {
    const { code, out } = await run([...command.split(" "), "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`$ canarec ${command}`);
    expect(out).toContain("--json");
    expect(out).toContain("--home");
  });

  it("loads nothing but the parser of the command line", () => {
    const loaded = packagesLoadedBy(path.resolve(import.meta.dirname, "main.ts"));
    expect([...loaded].sort()).toEqual(
      ["@canarec/service-kit/errors", "commander", "node:path"].filter((name) => loaded.has(name)),
    );
  });
});

/** What is imported, not `import()`ed, from a file on. */
function packagesLoadedBy(file: string, seen = new Set<string>()): Set<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  for (const [, name = ""] of text.matchAll(
    /^(?:import|export) (?!type\b)[^;]*?from "([^"]+)";/gm,
  )) {
    if (!name.startsWith(".")) packages.add(name);
    else
      packagesLoadedBy(path.join(path.dirname(file), name), seen).forEach((one) =>
        packages.add(one),
      );
  }
  return packages;
}

describe("a wrong command line", () => {
  it.each([
    [["bogus"], "unknown command 'bogus'"],
    [["catalog"], "Usage: canarec catalog"],
    [["catalog", "import"], "missing required argument 'path'"],
    [["catalog", "import", "a", "b"], "too many arguments"],
    [["catalog", "import", "a", "--format", "xml"], "Allowed choices are jsonl"],
    [["bundle", "list", "--bogus"], "unknown option '--bogus'"],
    [["runs", "compare", "7"], "nothing to compare run 7 with: name another"],
    [["runs", "compare", "7", "7"], "see runs show 7"],
    [["recommend", "seven"], "Expected a whole number"],
    [["recommend", "9007199254740992"], "Expected a whole number"],
    [["recommend", "1", "--n", "101"], "from 1 to 100"],
    [["stream", "replay", "x", "--rate", "0"], "Expected a number above 0"],
  ])("ends with 2: %j", async (args, message) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });
});

describe("an interrupted command", () => {
  it("says so, and ends with 1", async () => {
    const stopping = new AbortController();
    stopping.abort();
    const { code, err } = await run(["bundle", "list", "--home", "/nonexistent"], stopping.signal);
    expect({ code, err }).toEqual({ code: 1, err: "canarec: interrupted\n" });
  });
});
