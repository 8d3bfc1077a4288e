import {
  type StatisticsRepository,
  createStatisticsRepository,
} from "@canarec/db-utils/statistics/repository";
import { ServiceError } from "@canarec/service-kit/errors";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { counted } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";

interface Options extends CommonOptions {
  readonly recompute?: boolean;
}

/** Differences that are listed; all of them are counted. */
const LISTED = 100;

type Verification = Awaited<ReturnType<StatisticsRepository["verify"]>>;

/** What `canarec db statistics` tells. */
export interface StatisticsResult {
  readonly movies: number;
  readonly hours: number;
  readonly interactions: number;
  /** Rows that did not agree with the interactions. */
  readonly differing: number;
  /** Whether they have been mended. */
  readonly mended: boolean;
  readonly differences: Verification["differences"];
}

/**
 * `canarec db statistics`
 *
 * @throws ServiceError "data_loss" when statistics do not agree and are not recomputed.
 */
export async function statisticsAction(context: CliContext, options: Options): Promise<void> {
  const mended = options.recompute ?? false;
  const found = await withDatabase(context, options, (database) => {
    const statistics = createStatisticsRepository(database);
    return mended ? statistics.recompute() : statistics.verify();
  });
  const differing = found.different;
  const result = {
    movies: found.movies,
    hours: found.hours,
    interactions: found.interactions,
    differing,
    mended,
    differences: found.differences.slice(0, LISTED),
  };
  printResult<StatisticsResult>(context, options, result, inWords);
  if (differing > 0 && !mended) {
    throw new ServiceError(
      "data_loss",
      `${counted(differing, "row")} of statistics differ from the interactions: --recompute mends them`,
    );
  }
}

function inWords(result: StatisticsResult): string {
  const read = `Statistics of ${counted(result.movies, "movie")} and ${counted(result.hours, "hour")}, from ${counted(result.interactions, "interaction")}`;
  if (result.differing === 0) return `${read}: equal.`;
  const rows = result.differences.map(
    ({ table, movieKey, hour, stored, expected }) =>
      `  ${table} ${movieKey}${hour === null ? "" : ` ${new Date(hour).toISOString()}`}: ${stored.join(" ")}, should be ${expected.join(" ")}`,
  );
  return [
    `${read}: ${counted(result.differing, "row")} ${result.mended ? "mended" : "wrong"}.`,
    ...rows,
  ].join("\n");
}
