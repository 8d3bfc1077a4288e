import { once } from "node:events";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { notifyMovies } from "@canarec/db-utils/change-feed/notify";
import { isRetryable } from "@canarec/db-utils/connection-errors";
import type { Database } from "@canarec/db-utils/database";
import type { Queryable } from "@canarec/db-utils/queryable";
import { openSession } from "@canarec/db-utils/session";
import { ServiceError } from "@canarec/service-kit/errors";
import { unusablePath } from "@canarec/service-kit/unusable-path";
import { RowAcceptance } from "./accept-rows.ts";
import type { CatalogFormat } from "./catalog-format.ts";
import { catalogFiles } from "./catalog-files.ts";
import type { CatalogueMovie } from "./catalogue-movie.ts";
import { type ImportReport, ProblemLog, combinedReport } from "./import-report.ts";
import { type MergeResult, mergeStage } from "./merge.ts";
import { type CatalogSource, readCatalog } from "./read-catalog.ts";
import { createStage, stageMovies } from "./stage.ts";

/** Movies staged by one statement. */
const BATCH = 500;
const MERGE_RETRIES = 5;

export interface ImportOptions {
  readonly database: Database;
  /** A file, a folder of catalogue files, or `demo`. */
  readonly path: string;
  /** Found by name and content unless given. */
  readonly format?: CatalogFormat | undefined;
  /** Only fill what the catalogue does not know; else newer values win where they are not empty. */
  readonly fill?: boolean | undefined;
  /** Told now and then how many rows have been read of a file. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

export interface ImportProgress {
  readonly file: string;
  readonly rows: number;
}

export type ImportStreamOptions = Omit<ImportOptions, "path"> & {
  readonly stream: AsyncIterable<Uint8Array>;
};

/**
 * Import a catalogue file, or every one of a folder in order of their names, each as a whole or not at all.
 *
 * A row that cannot be used is reported and left out; nothing of a file reaches the catalogue before all
 * of it was read. Importing the same file again changes nothing. Inference hears of the movies that changed.
 *
 * @throws ServiceError "invalid_argument" for a file that is missing, or that holds no movie at all.
 */
export async function importCatalog(options: ImportOptions): Promise<ImportReport> {
  const reports: ImportReport[] = [];
  for (const path of await catalogFiles(options.path)) {
    const stream = createReadStream(path);
    try {
      await once(stream, "open");
    } catch (cause) {
      throw unusablePath(path, cause);
    }
    reports.push(await importFile(options, { path, bytes: stream, format: options.format }));
  }
  return combinedReport(reports);
}

/** The same for bytes that come from elsewhere, such as standard input. */
export async function importCatalogStream(options: ImportStreamOptions): Promise<ImportReport> {
  return importFile(options, { bytes: options.stream, format: options.format });
}

async function importFile(
  options: Omit<ImportOptions, "path">,
  source: CatalogSource,
): Promise<ImportReport> {
  // With its connection goes the stage. The merge of a large file takes longer than a service may.
  await using session = await openSession(options.database, "canarec catalog import");
  const { client } = session;
  await createStage(client);
  const log = new ProblemLog();
  const staged = await stageFile(client, source, { log, onProgress: options.onProgress });
  const result = await mergeFile(client, { fill: options.fill ?? false, source: staged.format });
  const { imported, updated, unchanged } = result;
  return {
    files: source.path === undefined ? [] : [basename(source.path)],
    rows: staged.rows,
    imported,
    updated,
    unchanged,
    rejected: log.rejected,
    problemCounts: log.counts,
    problems: log.listed,
  };
}

async function stageFile(
  client: Queryable,
  source: CatalogSource,
  report: { log: ProblemLog; onProgress: ImportOptions["onProgress"] },
): Promise<{ rows: number; format: CatalogFormat }> {
  const acceptance = new RowAcceptance(report.log);
  const file = source.path === undefined ? "" : basename(source.path);
  let format: CatalogFormat | undefined;
  let batch: CatalogueMovie[] = [];
  let rows = 0;
  for await (const located of readCatalog(source)) {
    rows += 1;
    const movie = acceptance.accept(located);
    if (movie === undefined) continue;
    if ("format" in located.row) format ??= located.row.format;
    if (batch.push(movie) < BATCH) continue;
    await stageMovies(client, batch);
    batch = [];
    report.onProgress?.({ file, rows });
  }
  if (batch.length > 0) await stageMovies(client, batch);
  report.onProgress?.({ file, rows });
  if (format === undefined) throw noMovie(source, report.log);
  return { rows, format };
}

function noMovie(source: CatalogSource, log: ProblemLog): ServiceError {
  const name = source.path === undefined ? "the file" : source.path;
  const [first] = log.listed;
  const why = first
    ? `: line ${first.line}: ${first.reason}${first.detail === "" ? "" : ` ${first.detail}`}`
    : "";
  return new ServiceError("invalid_argument", `no movie could be read of ${name}${why}`);
}

/** One transaction, run again after a deadlock; the stage stays meanwhile. */
async function mergeFile(
  client: Queryable,
  options: { fill: boolean; source: CatalogFormat },
): Promise<MergeResult> {
  await client.query("analyze catalog_stage");
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query("begin");
      const result = await mergeStage(client, options);
      await notifyMovies(client, result.changedKeys);
      await client.query("commit");
      return result;
    } catch (thrown) {
      await client.query("rollback").catch(() => undefined);
      if (attempt > MERGE_RETRIES || !isRetryable(thrown)) throw thrown;
    }
  }
}
