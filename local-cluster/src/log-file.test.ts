import {
  closeSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lastLines, openLogFile, rotateLogs } from "./log-file.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "canarec-logs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("rotateLogs", () => {
  it("empties a log that is too large under its writer, and keeps what it held", () => {
    const path = join(folder, "parser.log");
    const log = openLogFile(path);
    writeSync(log, "old line\n".repeat(20));
    rotateLogs(folder, 100);
    writeSync(log, "new line\n");
    closeSync(log);
    expect(readFileSync(path, "utf8")).toBe("new line\n");
    expect(readFileSync(`${path}.1`, "utf8")).toBe("old line\n".repeat(20));
    expect(lastLines(path, 5)).toEqual(["new line"]);
  });

  it("leaves small logs and other files alone", () => {
    writeFileSync(join(folder, "a.log"), "short\n");
    writeFileSync(join(folder, "data.bin"), "x".repeat(1_000));
    rotateLogs(folder, 100);
    expect(readFileSync(join(folder, "a.log"), "utf8")).toBe("short\n");
    expect(statSync(join(folder, "data.bin")).size).toBe(1_000);
    rotateLogs(join(folder, "absent"), 100);
  });
});
