import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { requireCatalog } from "./require-catalog.ts";

let home = "";
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), "canarec-catalog-"))));
afterEach(() => rmSync(home, { recursive: true }));

const embedded = { databaseUrl: undefined };
const nope = "/nowhere/movies.jsonl";

describe("requireCatalog", () => {
  it("refuses what a new home cannot start with", () => {
    expect(() => requireCatalog({ home, catalog: nope }, embedded)).toThrow(
      `cannot read ${nope}: there is no such file or folder`,
    );
  });

  it("takes what is there, and the demo", () => {
    const catalog = join(home, "movies.jsonl");
    writeFileSync(catalog, "");
    requireCatalog({ home, catalog }, embedded);
    requireCatalog({ home, catalog: "demo" }, embedded);
  });

  it("leaves it to the database where there may be movies", () => {
    const databaseUrl = "postgres://127.0.0.1/canarec";
    requireCatalog({ home, catalog: nope }, { databaseUrl });
    mkdirSync(join(home, "postgres"));
    requireCatalog({ home, catalog: nope }, embedded);
  });
});
