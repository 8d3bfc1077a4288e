import path from "node:path";
import type { CatalogFormat } from "@canarec/vectordb-scripts/catalog/catalog-format";
import {
  type ImportOptions,
  importCatalog,
  importCatalogStream,
} from "@canarec/vectordb-scripts/catalog/import-catalog";
import type { ImportReport } from "@canarec/vectordb-scripts/catalog/import-report";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { startProgress } from "../output/progress.ts";
import { counted, grouped, lasting } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";

interface Options extends CommonOptions {
  readonly format?: CatalogFormat;
  readonly fill?: boolean;
}

/** Problems that a person is shown; `--json` has more. */
const SHOWN = 20;

type Result = ImportReport & { readonly seconds: number };

/** `canarec catalog import` */
export async function importAction(
  context: CliContext,
  source: string,
  options: Options,
): Promise<void> {
  const started = performance.now();
  const report = await withDatabase(context, options, (database) => {
    const { format, fill } = options;
    return imported(context, source, { database, format, fill, json: options.json ?? false });
  });
  const seconds = Math.round(performance.now() - started) / 1_000;
  printResult<Result>(context, options, { ...report, seconds }, inWords);
}

async function imported(
  context: CliContext,
  source: string,
  options: Omit<ImportOptions, "path" | "onProgress"> & { json: boolean },
): Promise<ImportReport> {
  using progress = startProgress(context, options, "reading");
  const onProgress: ImportOptions["onProgress"] = ({ file, rows }) =>
    progress.update(rows, rows, file);
  if (source === "-") {
    return await importCatalogStream({ ...options, onProgress, stream: context.input });
  }
  const where = source === "demo" ? source : path.resolve(context.folder, source);
  return await importCatalog({ ...options, onProgress, path: where });
}

function inWords(report: Result): string {
  const from = report.files.length === 0 ? "" : ` of ${report.files.join(", ")}`;
  const lines = [
    `Imported ${counted(report.imported, "new movie")}, updated ${grouped(report.updated)}, left ${grouped(report.unchanged)} as they were.`,
    `${counted(report.rows, "row")}${from} in ${lasting(report.seconds)}, ${grouped(report.rejected)} rejected.`,
  ];
  const counts = Object.entries(report.problemCounts);
  if (counts.length > 0) {
    lines.push(
      `Reported: ${counts.map(([reason, count]) => `${reason} ${grouped(count)}`).join(", ")}.`,
    );
  }
  for (const { file, line, reason, detail } of report.problems.slice(0, SHOWN)) {
    lines.push(`  ${file === "" ? "line " : `${file}:`}${line}  ${reason}  ${detail}`.trimEnd());
  }
  const more = counts.reduce((total, [, count]) => total + count, 0) - SHOWN;
  if (more > 0) lines.push(`  and ${grouped(more)} more (--json lists the first 1,000)`);
  return lines.join("\n");
}
