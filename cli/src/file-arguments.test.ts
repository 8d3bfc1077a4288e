import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, describe, expect, it } from "vitest";
import type { CliContext } from "./cli-context.ts";
import { createProgram } from "./program.ts";
import { runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "canarec-files-"));
mkdirSync(join(folder, "folder"));
mkdirSync(join(folder, "movielens/movies.csv"), { recursive: true });
writeFileSync(join(folder, "no-json"), '{"a": 1,}');
writeFileSync(join(folder, "other.json"), '{"a": 1}');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function contextFor(err: (text: string) => void): CliContext {
  return {
    env: {},
    folder,
    signal: new AbortController().signal,
    input: (async function* () {})(),
    terminal: { out: () => undefined, err, isInteractive: false },
  };
}

async function failureOf(args: readonly string[]) {
  let err = "";
  const code = await runCli(
    args,
    contextFor((text) => (err += text)),
  );
  return { code, err };
}

const EVALUATE = ["evaluate", "--data", "folder"];
/** How each command that reads JSON is given a file. */
const OF_JSON: readonly (readonly string[])[] = [
  [...EVALUATE, "--config"],
  [...EVALUATE, "--folds", "2", "--grid"],
  ["release", "simulate", "--plans"],
  ["release", "replay"],
];
/** What is wrong with a file, and the words for it. */
const FAULTS = [
  ["absent", "there is no such file or folder"],
  ["folder", "it is a folder"],
  ["no-json/beneath", "it is no folder, or lies in what is none"],
  ["no-json", "no-json is no JSON: "],
  ["other.json", "other.json "],
] as const;

describe("a file of JSON that a command line names", () => {
  const cases = OF_JSON.flatMap((args) => FAULTS.map(([file, words]) => ({ args, file, words })));
  it.each(cases.filter(({ args, file }) => args[1] !== "replay" || file !== "other.json"))(
    "is refused in a line: $args $file",
    async ({ args, file, words }) => {
      const { code, err } = await failureOf([...args, file]);
      expect(code).toBe(1);
      expect(err).toContain(words);
      expect(err).not.toMatch(/\bE[A-Z]{4,}\b|\n./);
    },
  );
});

describe("a folder that a command line names", () => {
  it.each([
    [["evaluate", "--data", "absent"], "there is no movies.csv in "],
    [["evaluate", "--data", "no-json"], "it is no folder"],
    [["evaluate", "--data", "movielens"], "movies.csv: it is a folder"],
    [["db", "backups", "no-json"], "it is no folder"],
    [["db", "verify-backup", "no-json"], "it is no folder"],
  ])("is refused in a line: %j", async (args, words) => {
    const { code, err } = await failureOf(args);
    expect(code).toBe(1);
    expect(err).toContain(words);
    expect(err).not.toMatch(/\bE[A-Z]{4,}\b|\n./);
  });
});

describe("the command line", () => {
  it("has no other files and folders than those that are tried here and in tests/integration/cli", () => {
    expect(pathsOf(createProgram(contextFor(() => undefined)))).toEqual([
      "catalog import <path>", // catalog.test.ts
      "stream replay <path>", // stream.test.ts
      "evaluate --data <folder>",
      "evaluate --config <file>",
      "evaluate --grid <file>",
      "release simulate --plans <file>",
      "release tag --repository <path or address>", // monitoring/src/tags/list-tags.test.ts
      "release replay <id|file>",
      "db backup [folder]", // database.test.ts
      "db backups [folder]",
      "db verify-backup <folder>",
      "db restore <folder>", // database.test.ts
    ]);
  });
});

/** Every argument and option, but for `--home`, that takes a path. */
function pathsOf(command: Command, before = ""): string[] {
  const here = [
    ...command.registeredArguments.map((argument) =>
      argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
    ),
    ...command.options.map(
      ({ long, flags }) => `${long ?? ""} ${flags.split(" ").slice(1).join(" ")}`,
    ),
  ];
  return [
    ...here
      .filter((flags) => /[<[|](path|file|folder)\b/.test(flags) && !flags.startsWith("--home"))
      .map((flags) => before + flags),
    ...command.commands.flatMap((one) => pathsOf(one, `${before}${one.name()} `)),
  ];
}
