import { UTC } from "@canarec/stream-parser/contract/zone";
import { describe, expect, it } from "vitest";
import { findDamaged, refuseDamaged } from "./refuse-damaged.ts";

const NOW = Date.parse("2024-03-01T00:00Z");
const GOOD = "2024-02-27T18:46,2,GET /data/m/alien+1979/1.mpg";
const five = { zone: UTC, ratingMax: 5 };

/** As of a file; null: a line too long to be read. */
async function* linesOf(...lines: (string | null)[]) {
  for (const line of lines) {
    yield line === null ? undefined : { value: Buffer.from(line), userId: undefined };
  }
}

describe("findDamaged", () => {
  it("finds nothing in lines of the contract", async () => {
    const rating = "2024-02-27T18:46,2,GET /rate/alien+1979=4.5";
    expect(await findDamaged(linesOf(GOOD, rating), five, NOW)).toEqual({ count: 0, first: [] });
    expect(await findDamaged(linesOf(), five, NOW)).toEqual({ count: 0, first: [] });
  });

  it("numbers the first, counts all, and goes by the platform's scale", async () => {
    const ten = "2024-02-27T18:46,2,GET /rate/alien+1979=9";
    const lines = [GOOD, "{", ten, null, "", `${GOOD}\r`];
    expect(await findDamaged(linesOf(...lines), five, NOW)).toEqual({
      count: 5,
      first: [
        { line: 2, reason: "bad_shape" },
        { line: 3, reason: "rating_out_of_range" },
        { line: 4, reason: "too_long" },
      ],
    });
    const ofTen = await findDamaged(linesOf(ten), { ...five, ratingMax: 10 }, NOW);
    expect(ofTen.count).toBe(0);
  });

  it("knows what lies in the future of whoever sends it", async () => {
    const tomorrow = findDamaged(linesOf(GOOD), five, Date.parse("2024-02-20T00:00Z"));
    expect((await tomorrow).first).toEqual([{ line: 1, reason: "time_in_future" }]);
  });
});

describe("refuseDamaged", () => {
  it("names the lines, and the way to send them all the same", async () => {
    await refuseDamaged("a.txt", linesOf(GOOD), five);
    await expect(
      refuseDamaged("b/package.json", linesOf("{", "a", "b", "}"), five),
    ).rejects.toThrow(
      "4 lines of package.json are no event of the stream: line 1 (bad_shape), line 2 (bad_shape), line 3 (bad_shape), …; nothing was sent",
    );
    await expect(refuseDamaged("a.txt", linesOf("x"), five)).rejects.toThrow(
      "1 line of a.txt is no event of the stream: line 1 (bad_shape); nothing was sent (--damaged",
    );
  });
});
