import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_USERS, encodeSums, mergeSums, parseSums, sumsOfUsers } from "./sufficient-sums.ts";

const arbitraryUsers = fc.array(
  fc.record({ s: fc.maxSafeInteger(), k: fc.maxSafeInteger(), x: fc.maxSafeInteger() }),
  { maxLength: 30 },
);

describe("sufficient sums", () => {
  it("are the sums and products of the users", () => {
    const sums = sumsOfUsers([
      { s: 2, k: 3, x: 5 },
      { s: -1, k: 4, x: 0 },
    ]);
    expect(encodeSums(sums)).toEqual({
      n: "2",
      s: "1",
      k: "7",
      x: "5",
      ss: "5",
      kk: "25",
      xx: "25",
      sk: "2",
      sx: "10",
      kx: "15",
    });
  });

  it("merge to exactly the whole, in any order, however large", () => {
    fc.assert(
      fc.property(arbitraryUsers, fc.nat(30), (users, cut) => {
        const parts = [users.slice(cut).toReversed(), users.slice(0, cut), []];
        expect(mergeSums(parts.map(sumsOfUsers))).toEqual(sumsOfUsers(users));
      }),
    );
  });

  it("come back from JSON as they were", () => {
    fc.assert(
      fc.property(arbitraryUsers, (users) => {
        const sums = sumsOfUsers(users);
        expect(parseSums(JSON.parse(JSON.stringify(encodeSums(sums))))).toEqual(sums);
      }),
    );
    expect(parseSums(encodeSums(NO_USERS))).toEqual(NO_USERS);
  });

  it.each([
    ["nothing", null],
    ["a missing sum", { ...encodeSums(NO_USERS), kx: undefined }],
    ["a number", { ...encodeSums(NO_USERS), s: 3 }],
    ["a fraction", { ...encodeSums(NO_USERS), s: "1.5" }],
    ["another notation", { ...encodeSums(NO_USERS), s: "0x10" }],
    ["a negative count", { ...encodeSums(NO_USERS), n: "-1" }],
  ])("refuse %s", (_, encoded) => {
    expect(() => parseSums(encoded)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  it("refuse values that are no whole numbers", () => {
    expect(() => sumsOfUsers([{ s: 0.5, k: 1, x: 0 }])).toThrow(/safe integer/);
    expect(() => sumsOfUsers([{ s: 1, k: 2 ** 53, x: 0 }])).toThrow(/safe integer/);
  });
});
