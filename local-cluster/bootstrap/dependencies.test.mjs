import { describe, expect, it } from "vitest";
import { firstStale } from "./dependencies.mjs";

const pg = { version: "8.1.0", integrity: "sha512-a" };
const lock = (packages) => ({ packages });

describe("firstStale", () => {
  it("finds nothing where all is installed as locked", () => {
    const wanted = lock({ "": {}, cli: {}, "node_modules/pg": pg });
    expect(firstStale(wanted, lock({ "node_modules/pg": pg }))).toBeUndefined();
  });

  it.each([
    ["no installation", undefined, "node_modules"],
    ["an absent package", lock({}), "node_modules/pg"],
    [
      "another version",
      lock({ "node_modules/pg": { ...pg, version: "8.0.0" } }),
      "node_modules/pg",
    ],
    ["other bytes", lock({ "node_modules/pg": { ...pg, integrity: "x" } }), "node_modules/pg"],
  ])("finds %s", (_what, installed, expected) => {
    expect(firstStale(lock({ "node_modules/pg": pg }), installed)).toBe(expected);
  });

  it("lets optional packages be absent, but not be of another version", () => {
    const wanted = lock({ "node_modules/pg": { ...pg, optional: true } });
    expect(firstStale(wanted, lock({}))).toBeUndefined();
    const other = lock({ "node_modules/pg": { ...pg, version: "8.0.0" } });
    expect(firstStale(wanted, other)).toBe("node_modules/pg");
  });

  it("wants a workspace's link, and ignores what npm itself calls extraneous", () => {
    const wanted = lock({ "node_modules/@canarec/cli": { link: true } });
    expect(firstStale(wanted, lock({}))).toBe("node_modules/@canarec/cli");
    expect(firstStale(wanted, wanted)).toBeUndefined();
    expect(firstStale(lock({ "node_modules/x": { extraneous: true } }), lock({}))).toBeUndefined();
  });
});
