import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { adoptSpools, ownSpoolName } from "./adopt-spools.ts";
import { type Spool, openSpool } from "./open-spool.ts";

const LIMITS = { maxBytes: 1_000_000, segmentBytes: 1_000_000 };

/** No process has this number: it is above what Linux gives out. */
const ENDED = "4194305-1";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "canarec-spools-"));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function leave(folder: string, number: number, line: string): Promise<void> {
  await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, folder, `${String(number).padStart(12, "0")}.ndjson`), `${line}\n`);
}

async function linesOf(spool: Spool): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const segment = await spool.oldest();
    if (segment === undefined) return lines;
    lines.push(...segment.lines);
    await segment.remove();
  }
}

const place = (name: string | undefined) => ({ root, name });

describe("adoptSpools", () => {
  it("takes over what ended processes and an earlier version left, in order", async () => {
    await leave("", 1, '"root"');
    await leave(ENDED, 7, '"second"');
    await leave(ENDED, 6, '"first"');
    await using spool = await openSpool(join(root, "own"), LIMITS);
    await spool.append(['"mine"']);
    await adoptSpools(spool, place("own"));
    expect(spool.bytes()).toBe('"mine""root""first""second"'.length + 4);
    expect((await linesOf(spool)).toSorted()).toEqual(['"first"', '"mine"', '"root"', '"second"']);
    expect(await readdir(root)).toEqual(["own"]);
  });

  it("leaves a living process its own", async () => {
    await leave(ownSpoolName(), 1, '"alive"');
    await leave(`${process.pid}-1`, 1, '"its number belonged to another before"');
    await using spool = await openSpool(join(root, "own"), LIMITS);
    await adoptSpools(spool, place("own"));
    expect(await linesOf(spool)).toEqual(['"its number belonged to another before"']);
    expect((await readdir(root)).toSorted()).toEqual([ownSpoolName(), "own"].toSorted());
  });

  it("gives each segment to one of those who ask at once", async () => {
    for (let number = 1; number <= 50; number += 1) await leave(ENDED, number, `${number}`);
    await using a = await openSpool(join(root, "a"), LIMITS);
    await using b = await openSpool(join(root, "b"), LIMITS);
    await Promise.all([adoptSpools(a, place("a")), adoptSpools(b, place("b"))]);
    const lines = [...(await linesOf(a)), ...(await linesOf(b))].map(Number);
    expect(lines.toSorted((x, y) => x - y)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  it("takes what is in the root for its own where it has no name", async () => {
    await leave("", 1, '"mine"');
    await leave(ENDED, 1, '"left"');
    await using spool = await openSpool(root, LIMITS);
    await adoptSpools(spool, place(undefined));
    expect(await linesOf(spool)).toEqual(['"mine"', '"left"']);
  });
});
