import type { CatalogueMovie } from "./catalogue-movie.ts";
import type { ProblemLog } from "./import-report.ts";
import type { LocatedRow } from "./problem.ts";

/**
 * Decides row by row what of a file is imported: of two rows with the same id the first. Where ids were
 * made from titles, that is the same title and year, and a second movie of the same title is remarked.
 */
export class RowAcceptance {
  readonly #log: ProblemLog;
  readonly #lineById = new Map<string, number>();
  readonly #titles = new Set<string>();

  constructor(log: ProblemLog) {
    this.#log = log;
  }

  /** @returns the movie to import, or undefined, after its reason was logged. */
  accept(located: LocatedRow): CatalogueMovie | undefined {
    const { row } = located;
    if ("rejected" in row) {
      this.#log.reject(located, row);
      return undefined;
    }
    const { movieId, title } = row.movie;
    const made = row.format === "demo";
    const before = this.#lineById.get(movieId);
    if (before !== undefined) {
      const reason = made ? "duplicate_movie" : "duplicate_id";
      this.#log.reject(located, { rejected: reason, detail: `${movieId}, as in line ${before}` });
      return undefined;
    }
    this.#lineById.set(movieId, located.line);
    for (const remark of row.remarks) this.#log.remark(located, remark, movieId);
    if (made && this.#titles.has(title)) this.#log.remark(located, "duplicate_title", movieId);
    this.#titles.add(title);
    return row.movie;
  }
}
