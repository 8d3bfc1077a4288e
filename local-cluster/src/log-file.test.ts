import { spawn } from "node:child_process";
import { once } from "node:events";
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
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lastLines, openLogFile, rotateLogs } from "./log-file.ts";
import { canPauseWriters } from "./log-writers.ts";

const LINES = 200_000;

let folder: string;

/** A process that writes numbered lines as fast as it can; resolves when it has ended. */
async function writer(name: string, log: number): Promise<void> {
  const program = `for (let n = 0; n < ${LINES}; n += 1) fs.writeSync(1, "${name}" + n + "\\n");`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", log, "inherit"] });
  await once(child, "exit");
}

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

  it("loses no line of processes that write all the time", async (test) => {
    test.skip(!canPauseWriters(), "there is no /proc to find the writers by");
    const path = join(folder, "parser.log");
    const log = openLogFile(path);
    const ends = ["a", "b"].map((name) => writer(name, log));
    closeSync(log);
    const parts: string[] = [];
    const writing = Promise.all(ends).then(() => true);
    while (!(await Promise.race([writing, setTimeout(5, false)]))) {
      if (rotateLogs(folder, 50_000).length === 0) continue;
      parts.push(readFileSync(`${path}.1`, "utf8"));
    }
    const lines = [...parts, readFileSync(path, "utf8")].join("").split("\n");
    for (const name of ["a", "b"]) {
      const numbers = lines.filter((line) => line.startsWith(name)).map((l) => Number(l.slice(1)));
      expect(numbers).toEqual(Array.from({ length: LINES }, (_, n) => n));
    }
    expect(parts.length).toBeGreaterThan(3);
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
