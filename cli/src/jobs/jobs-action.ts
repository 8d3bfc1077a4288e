import { type JobRun, createJobRepository } from "@canarec/db-utils/jobs/repository";
import { ServiceError } from "@canarec/service-kit/errors";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { lasting } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";

interface Options extends CommonOptions {
  readonly limit: number;
}

/**
 * `canarec jobs`
 *
 * @throws ServiceError `not_found` for a job that never ran.
 */
export async function jobsAction(
  context: CliContext,
  job: string | undefined,
  options: Options,
): Promise<void> {
  const runs = await withDatabase(context, options, async (database) => {
    const diary = createJobRepository(database);
    return job === undefined ? diary.newest() : diary.list(job, options.limit);
  });
  if (job !== undefined && runs.length === 0) {
    throw new ServiceError("not_found", `no run of a job ${job} is on record`);
  }
  printResult(context, options, { runs: runs.map(viewOf) }, ({ runs: views }) =>
    views.length === 0 ? "No job has run yet." : inWords(views),
  );
}

function viewOf({ job, state, startedAt, finishedAt, detail }: JobRun) {
  const seconds = finishedAt === null ? null : (finishedAt.getTime() - startedAt.getTime()) / 1_000;
  return { job, state, startedAt, seconds, detail };
}

function inWords(runs: readonly ReturnType<typeof viewOf>[]): string {
  return table(
    ["job", "began", "took", "ended", "with"],
    runs.map(({ job, state, startedAt, seconds, detail }) => [
      job,
      startedAt.toISOString(),
      seconds === null ? null : lasting(seconds),
      state,
      detail === null ? null : shortened(JSON.stringify(detail)),
    ]),
  );
}

const MOST_CHARACTERS = 120;

function shortened(text: string): string {
  return text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;
}
