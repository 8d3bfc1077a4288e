import { describe, expect, it } from "vitest";
import { RowAcceptance } from "./accept-rows.ts";
import type { CatalogFormat } from "./catalog-format.ts";
import { bareMovie } from "./catalogue-movie.ts";
import { ProblemLog } from "./import-report.ts";

function accepted(format: CatalogFormat, ...movies: [id: string, title: string][]) {
  const log = new ProblemLog();
  const acceptance = new RowAcceptance(log);
  const ids = movies.map(([movieId, title], place) =>
    acceptance.accept({
      file: "f",
      line: place + 1,
      row: { movie: bareMovie(movieId, title), format, remarks: [] },
    }),
  );
  return { ids: ids.map((movie) => movie?.movieId), problems: log.listed };
}

describe("RowAcceptance", () => {
  it("takes the first of two rows with the same id", () => {
    expect(accepted("jsonl", ["a", "A"], ["a", "B"], ["b", "A"])).toEqual({
      ids: ["a", undefined, "b"],
      problems: [
        { file: "f", line: 2, reason: "duplicate_id", detail: "a, as in line 1", imported: false },
      ],
    });
  });

  it("remarks a title that comes again with another id, where ids are made from titles", () => {
    expect(accepted("demo", ["a+1999", "A"], ["a+2005", "A"], ["a+1999", "A"])).toEqual({
      ids: ["a+1999", "a+2005", undefined],
      problems: [
        { file: "f", line: 2, reason: "duplicate_title", detail: "a+2005", imported: true },
        {
          file: "f",
          line: 3,
          reason: "duplicate_movie",
          detail: "a+1999, as in line 1",
          imported: false,
        },
      ],
    });
  });
});
