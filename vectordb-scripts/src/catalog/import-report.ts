import type { ImportProblem, LocatedRow, RejectedRow, Rejection, Remark } from "./problem.ts";

/** Problems that a report lists; all of them are counted. */
export const LISTED_PROBLEMS = 1_000;

/** What an import did with one file, or with all files of a folder. */
export interface ImportReport {
  /** Base names, in the order of import. */
  readonly files: readonly string[];
  /** Rows read, good and bad. */
  readonly rows: number;
  /** Movies new to the catalogue. */
  readonly imported: number;
  /** Movies that the catalogue knew, and knows more or other things of now. */
  readonly updated: number;
  /** Movies that were in the catalogue just so. */
  readonly unchanged: number;
  /** Rows that were not imported. */
  readonly rejected: number;
  /** Every problem by its reason. */
  readonly problemCounts: Partial<Record<Rejection | Remark, number>>;
  /** The first 1,000, in order of file and line. */
  readonly problems: readonly ImportProblem[];
}

/** Counts and lists problems while rows are read. */
export class ProblemLog {
  readonly counts: Partial<Record<Rejection | Remark, number>> = {};
  readonly listed: ImportProblem[] = [];
  rejected = 0;

  reject(place: Pick<LocatedRow, "file" | "line">, row: RejectedRow): void {
    this.rejected += 1;
    this.#note({ ...placeOf(place), reason: row.rejected, detail: row.detail, imported: false });
  }

  remark(place: Pick<LocatedRow, "file" | "line">, reason: Remark, detail: string): void {
    this.#note({ ...placeOf(place), reason, detail, imported: true });
  }

  #note(problem: ImportProblem): void {
    this.counts[problem.reason] = (this.counts[problem.reason] ?? 0) + 1;
    if (this.listed.length < LISTED_PROBLEMS) this.listed.push(problem);
  }
}

function placeOf({ file, line }: Pick<LocatedRow, "file" | "line">) {
  return { file, line };
}

/** One report of several files. */
export function combinedReport(reports: readonly ImportReport[]): ImportReport {
  const sum = (field: "rows" | "imported" | "updated" | "unchanged" | "rejected") =>
    reports.reduce((total, report) => total + report[field], 0);
  const counts: Partial<Record<Rejection | Remark, number>> = {};
  for (const report of reports) {
    for (const [reason, count] of Object.entries(report.problemCounts)) {
      const key = reason as Rejection | Remark;
      counts[key] = (counts[key] ?? 0) + count;
    }
  }
  return {
    files: reports.flatMap((report) => report.files),
    rows: sum("rows"),
    imported: sum("imported"),
    updated: sum("updated"),
    unchanged: sum("unchanged"),
    rejected: sum("rejected"),
    problemCounts: counts,
    problems: reports.flatMap((report) => report.problems).slice(0, LISTED_PROBLEMS),
  };
}
