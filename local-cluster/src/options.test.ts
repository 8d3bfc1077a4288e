import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";

const defaults = { home: "/data/.canarec", folder: "/somewhere" };

describe("parseOptions", () => {
  it("has defaults for everything", () => {
    expect(parseOptions([], defaults)).toEqual({
      kind: "run",
      options: {
        port: 8082,
        home: "/data/.canarec",
        catalog: "demo",
        linesPerSecond: undefined,
        simulator: true,
        monitoring: false,
      },
    });
  });

  it("reads every option, and relative paths from the user's folder", () => {
    const args =
      "--port 9000 --home b --catalog c.jsonl --rate 12.5 --no-simulator --with-monitoring".split(
        " ",
      );
    expect(parseOptions(args, defaults)).toEqual({
      kind: "run",
      options: {
        port: 9000,
        home: "/somewhere/b",
        catalog: "/somewhere/c.jsonl",
        linesPerSecond: 12.5,
        simulator: false,
        monitoring: true,
      },
    });
  });

  it.each([
    ["--prot 1", "unknown option '--prot'"],
    ["--port 80a", "'80a' is invalid"],
    ["--port 0", "expected 1 to 65535"],
    ["--port 65536", "expected 1 to 65535"],
    ["--port -1", "argument missing|invalid"],
    ["--rate 0", "expected a number above 0"],
    ["--rate 10001", "at most 10000"],
    ["--home", "argument missing"],
    ["--home=", "expected a folder"],
    ["demo", "too many arguments"],
  ])("refuses %j in one line", (line, expected) => {
    const parsed = parseOptions(line.split(" "), defaults);
    expect(parsed).toMatchObject({ kind: "show", exitCode: 1 });
    const text = parsed.kind === "show" ? parsed.text : "";
    expect(text).toMatch(new RegExp(expected));
    expect(text.trimEnd().split("\n")).toHaveLength(1);
  });

  it("shows every option on --help", () => {
    const parsed = parseOptions(["--help"], defaults);
    expect(parsed).toMatchObject({ kind: "show", exitCode: 0 });
    const text = parsed.kind === "show" ? parsed.text : "";
    for (const option of ["port", "home", "catalog", "rate", "no-simulator", "with-monitoring"]) {
      expect(text).toContain(`--${option}`);
    }
  });
});
