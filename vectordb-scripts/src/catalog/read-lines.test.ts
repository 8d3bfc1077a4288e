import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Line, readLines } from "./read-lines.ts";

async function lines(...chunks: (string | number[])[]) {
  const source = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk as string);
  })();
  const found: Line[] = [];
  for await (const line of readLines(source, 10)) found.push(line);
  return found;
}

describe("readLines", () => {
  it("numbers lines from 1 and needs no end of the last", async () => {
    expect(await lines("a\nb")).toEqual([
      { line: 1, text: "a" },
      { line: 2, text: "b" },
    ]);
  });

  it("takes LF and CR LF, keeps empty lines, and drops a byte order mark", async () => {
    expect(await lines([0xef, 0xbb, 0xbf], "a\r\n\r\nb\n")).toEqual([
      { line: 1, text: "a" },
      { line: 2, text: "" },
      { line: 3, text: "b" },
    ]);
  });

  it("says which lines are no UTF-8, or too long, and goes on", async () => {
    expect(await lines("ok\n", [0xff, 0x0a], "01234567890\n", "0123", "4567890\nend")).toEqual([
      { line: 1, text: "ok" },
      { line: 2, damage: "not_utf8" },
      { line: 3, damage: "too_long" },
      { line: 4, damage: "too_long" },
      { line: 5, text: "end" },
    ]);
  });

  it("reads nothing of nothing", async () => {
    expect(await lines()).toEqual([]);
  });

  it("does not depend on where chunks end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 40 }), fc.nat(40), async (text, cut) => {
        const bytes = Buffer.from(text.replaceAll("\r", ""));
        const halves = [[...bytes.subarray(0, cut)], [...bytes.subarray(cut)]];
        expect(await lines(...halves)).toEqual(await lines([...bytes]));
      }),
    );
  });
});
