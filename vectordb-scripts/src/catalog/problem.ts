import type { CatalogueMovie } from "./catalogue-movie.ts";
import type { CatalogFormat } from "./catalog-format.ts";

/** Why a row was not imported. */
export const REJECTIONS = [
  "broken_json",
  "not_an_object",
  "not_utf8",
  "too_long",
  "missing_id",
  "invalid_id",
  "id_too_long",
  "missing_title",
  "invalid_field",
  "wrong_columns",
  "nul_character",
  "duplicate_id",
  "duplicate_movie",
] as const;
export type Rejection = (typeof REJECTIONS)[number];

/** What an operator should know about a row that was imported nevertheless. */
export const REMARKS = ["empty_overview", "numeric_title", "duplicate_title"] as const;
export type Remark = (typeof REMARKS)[number];

/** A movie that can be imported. */
export interface ReadRow {
  readonly movie: CatalogueMovie;
  readonly format: CatalogFormat;
  readonly remarks: readonly Remark[];
}

/** Why a row of a catalogue file is no movie. */
export interface RejectedRow {
  readonly rejected: Rejection;
  /** The rule broken and the offending value, shortened; empty where the reason says it all. */
  readonly detail: string;
}

export type Row = ReadRow | RejectedRow;

/** A row and where it stands. */
export interface LocatedRow {
  /** Base name of the file; empty for a stream. */
  readonly file: string;
  /** From 1. A value over several lines stands where it begins. */
  readonly line: number;
  readonly row: Row;
}

/** One thing to report about a file. */
export interface ImportProblem {
  readonly file: string;
  readonly line: number;
  readonly reason: Rejection | Remark;
  /** The rule broken and the offending value, shortened; empty where the reason says it all. */
  readonly detail: string;
  /** Whether the row is in the catalogue nevertheless. */
  readonly imported: boolean;
}

export function rejected(reason: Rejection, detail = ""): RejectedRow {
  return { rejected: reason, detail };
}

/** A value as a report shows it: one line, at most 80 characters. */
export function shown(value: unknown): string {
  const text = (JSON.stringify(value) as string | undefined) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
