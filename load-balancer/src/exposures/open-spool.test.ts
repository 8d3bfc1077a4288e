import { appendFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Spool, openSpool } from "./open-spool.ts";

const LARGE = { maxBytes: 1_000_000, segmentBytes: 1_000_000 };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "canarec-spool-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function drain(spool: Spool): Promise<{ lines: string[]; torn: number }> {
  const all = { lines: [] as string[], torn: 0 };
  for (;;) {
    const segment = await spool.oldest();
    if (segment === undefined) return all;
    all.lines.push(...segment.lines);
    all.torn += segment.torn;
    await segment.remove();
  }
}

describe("a spool", () => {
  it("gives lines back in order, over many segments, and is then empty", async () => {
    await using spool = await openSpool(folder, { maxBytes: 10_000, segmentBytes: 20 });
    const lines = Array.from({ length: 50 }, (_, i) => `{"n":${i}}`);
    for (const line of lines) expect(await spool.append([line])).toEqual({ ok: true });
    expect((await readdir(folder)).length).toBeGreaterThan(5);
    expect(await drain(spool)).toEqual({ lines, torn: 0 });
    expect(spool.bytes()).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it("can be written while it is read", async () => {
    await using spool = await openSpool(folder, LARGE);
    await spool.append(["1"]);
    const first = await spool.oldest();
    await spool.append(["2"]);
    await first?.remove();
    expect(first?.lines).toEqual(["1"]);
    expect((await drain(spool)).lines).toEqual(["2"]);
  });

  it("keeps what an earlier process left, and writes behind it", async () => {
    {
      await using spool = await openSpool(folder, LARGE);
      await spool.append(["1", "2"]);
    }
    await using spool = await openSpool(folder, LARGE);
    expect(spool.bytes()).toBe(4);
    await spool.append(["3"]);
    expect((await drain(spool)).lines).toEqual(["1", "2", "3"]);
  });

  it("skips and counts a line that a crash has torn", async () => {
    {
      await using spool = await openSpool(folder, LARGE);
      await spool.append(['{"n":1}']);
    }
    await appendFile(join(folder, "000000000001.ndjson"), '{"n":2,"lis');
    await writeFile(join(folder, "000000000002.ndjson"), '{"n":3}\n\0\0\0\0\n{"n":4}\n');
    await using spool = await openSpool(folder, LARGE);
    expect(await drain(spool)).toEqual({ lines: ['{"n":1}', '{"n":3}', '{"n":4}'], torn: 2 });
  });

  it("refuses what would pass its bound, and has room again once read", async () => {
    await using spool = await openSpool(folder, { maxBytes: 10, segmentBytes: 10 });
    expect(await spool.append(["12345678"])).toEqual({ ok: true });
    expect(await spool.append(["1"])).toEqual({ ok: false, reason: "full" });
    await drain(spool);
    expect(await spool.append(["1"])).toEqual({ ok: true });
  });

  it("says so when the disk refuses, and goes on once it does not", async () => {
    await using spool = await openSpool(folder, LARGE);
    await rm(folder, { recursive: true });
    await writeFile(folder, "a file where the folder should be");
    expect(await spool.append(["1"])).toEqual({ ok: false, reason: "failed" });
    await rm(folder);
    expect(await spool.append(["2"])).toEqual({ ok: true });
    expect((await drain(spool)).lines).toEqual(["2"]);
  });

  it("leaves other files alone", async () => {
    await writeFile(join(folder, "notes.txt"), "mine");
    await using spool = await openSpool(folder, LARGE);
    expect(await spool.oldest()).toBeUndefined();
    expect(await readdir(folder)).toEqual(["notes.txt"]);
  });
});
