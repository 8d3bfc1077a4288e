import { openEmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import { ServiceError } from "@canarec/service-kit/errors";
import {
  type Findings,
  type VerifyReport,
  verifyCatalog,
} from "@canarec/vectordb-scripts/verification/verify-catalog";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { startProgress } from "../output/progress.ts";
import { table } from "../output/table.ts";
import { counted, grouped } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";
import { openModel } from "./open-model.ts";

interface Options extends CommonOptions {
  readonly mend?: boolean;
  readonly sample?: number;
}

const WORDS: Readonly<Record<keyof Findings, string>> = {
  missing: "movies without a vector",
  stale: "vectors of an older text",
  orphaned: "vectors of no movie",
  unrecorded: "vectors that Postgres does not record",
  misrecorded: "records of a vector that cannot be",
  damaged: "sampled vectors that are not of their text",
  outdatedLists: "neighbour lists out of date",
};

/**
 * `canarec catalog verify`
 *
 * @throws ServiceError "data_loss" when something is wrong, or still is after mending.
 */
export async function verifyAction(context: CliContext, options: Options): Promise<void> {
  const report = await withDatabase(context, options, async (database, servers) => {
    const chromaUrl = servers.chromaUrl();
    await using embedder = await openEmbedderPool({ model: await openModel(servers) });
    using bar = startProgress(context, options, "mending");
    return await verifyCatalog({
      database,
      chromaUrl,
      embedder,
      mend: options.mend ?? false,
      sample: options.sample,
      signal: context.signal,
      onProgress: ({ done, total }) => {
        bar.update(done, total);
      },
    });
  });
  printResult(context, options, report, inWords);
  const left = total(report.left);
  if (left === 0) return;
  const advice = options.mend === true ? "" : ": canarec catalog verify --mend puts it right";
  throw new ServiceError("data_loss", `${counted(left, "thing")} wrong${advice}`);
}

const KINDS = Object.keys(WORDS) as (keyof Findings)[];

function total(findings: Findings): number {
  return KINDS.reduce((sum, kind) => sum + findings[kind], 0);
}

function inWords(report: VerifyReport): string {
  const head = `Collection ${report.collection}: ${counted(report.movies, "movie")} with a text, ${grouped(report.sampled)} vectors compared with theirs.`;
  if (total(report.found) === 0) return `${head} All is well.`;
  const rows = KINDS.filter((kind) => report.found[kind] + report.left[kind] > 0).map((kind) => [
    WORDS[kind],
    report.found[kind],
    report.left[kind],
  ]);
  return [head, "", table(["", "found", "left"], rows)].join("\n");
}
