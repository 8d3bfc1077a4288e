import { describe, expect, it } from "vitest";
import type { CatalogFormat } from "./catalog-format.ts";
import { readCatalog } from "./read-catalog.ts";

async function read(
  content: string | Buffer,
  source: { path?: string; format?: CatalogFormat } = { path: "movies.jsonl" },
) {
  const bytes = (async function* () {
    yield Buffer.from(content);
  })();
  const found: unknown[] = [];
  for await (const { line, row } of readCatalog({ ...source, bytes })) {
    found.push([line, "rejected" in row ? row.rejected : row.movie.movieId]);
  }
  return found;
}

const BROKEN_LINES = [
  '\ufeff{"id":"a","title":"A"}\r',
  "",
  '{"id":"b","title":"B"',
  "7",
  '{"id":"c","title":"C"}',
].join("\n");

const DEMO = (title: string) => JSON.stringify({ Title: title, "Release Date": "Jun 12 1998" });

describe("readCatalog", () => {
  it("reads JSON Lines, and goes on after broken ones", async () => {
    expect(await read(BROKEN_LINES)).toEqual([
      [1, "a"],
      [3, "broken_json"],
      [4, "not_an_object"],
      [5, "c"],
    ]);
  });

  it("goes on after lines that are no UTF-8", async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"id":"a","title":"A"}\n{"id":"'),
      Buffer.from([0xe9]),
      Buffer.from('","title":"B"}\n{"id":"c","title":"C"}'),
    ]);
    expect(await read(bytes)).toEqual([
      [1, "a"],
      [2, "not_utf8"],
      [3, "c"],
    ]);
  });

  it("goes on after a broken first line", async () => {
    expect(await read('{"id":"a",\n{"id":"b","title":"B"}')).toEqual([
      [1, "broken_json"],
      [2, "b"],
    ]);
  });

  it.each([
    ["an object", '{"id":"a","title":"A","adult":"False","original_title":"A"}', [[1, "a"]]],
    ["an object of several lines", '{\n"id":"a",\n"title":"A"}', [[1, "a"]]],
    [
      "a list in one line",
      '[{"id":"a","title":"A"},{"id":"b","title":"B"}]',
      [
        [1, "a"],
        [1, "b"],
      ],
    ],
    [
      "a list of several lines",
      '[{"id":"a",\n"title":"A"},\n{"id":"b","title":"B"}]',
      [
        [1, "a"],
        [3, "b"],
      ],
    ],
    [
      "a list a line",
      '[{"id":"a","title":"A"}]\n[{"id":"b","title":"B"}]',
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
  ])("reads the platform's JSON: %s", async (_, text, rows) => {
    expect(await read(text, { path: "movies.json" })).toEqual(rows);
    expect(await read(text, {})).toEqual(rows);
  });

  it("reads the demo's JSON, and goes on after a broken object", async () => {
    const text = `[\n    ${DEMO("A")},\n    {"Title": "B,\n    ${DEMO("C")}\n]`;
    expect(await read(text, { path: "movies.json" })).toEqual([
      [2, "a+1998"],
      [3, "broken_json"],
      [4, "c+1998"],
    ]);
  });

  it("reads comma-separated values, with CR LF and a byte order mark", async () => {
    const text = '\ufeffmovieId,title,genres\r\n1,A (1995),Drama\r\n\r\n2,"B\r\n3,C,Drama\r\n';
    expect(await read(text, { path: "no-such-folder/movies.csv" })).toEqual([
      [2, "1"],
      [4, "wrong_columns"],
      [5, "3"],
    ]);
    expect(await read(text, {})).toHaveLength(3);
  });

  it("rejects what the database could not store", async () => {
    const text = "movieId,title,genres\n1,A (9999),Drama\n2,B,Drama";
    expect(await read(text, { format: "movielens" })).toEqual([
      [2, "invalid_field"],
      [3, "2"],
    ]);
  });

  it("refuses a header without a column that it needs, and names it", async () => {
    await expect(read("movieId,name\n1,A", { path: "movies.csv" })).rejects.toThrow(
      "movies.csv lacks the column title, genres in line 1",
    );
  });

  it("refuses a file of no known kind", async () => {
    await expect(read("Toy Story\n", { path: "movies.txt" })).rejects.toThrow(
      "cannot tell the format of movies.txt: name it with --format",
    );
  });

  it("reads nothing of an empty file", async () => {
    expect(await read("")).toEqual([]);
  });
});
