import {
  type DueUser,
  dueUsers,
  markSummed,
  readSums,
  writeSums,
} from "@canarec/db-utils/analysis/due-users";
import { exposuresOfUsers } from "@canarec/db-utils/analysis/exposure-rows";
import { begunBetween, outcomesOfUsers } from "@canarec/db-utils/analysis/outcome-rows";
import type { Database, Transaction } from "@canarec/db-utils/database";
import { addUsers } from "../analysis/add-users.ts";
import { groupBy } from "../analysis/group-by.ts";
import type { UserFigures } from "../analysis/metrics.ts";
import { CLOCK_TOLERANCE_MS } from "../analysis/exposure.ts";
import { matureBeforeMs } from "../analysis/moments.ts";
import { userFigures } from "../analysis/user-figures.ts";
import type { ReleaseUnderJudgement } from "./release-under-judgement.ts";
import { type SummariseRules, analysedExposure, matchMs } from "./summarise-minutes.ts";

/** Users summed in one transaction. */
const BATCH = 1_000;

/** Days before the submission whose watching is the covariate. */
const BEFORE_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * Add every user whose attribution window is over to the sums, each once: the user is noted as summed in
 * the transaction that changes the sums.
 *
 * @param completeToMs all events before are there, so far as the sources can say.
 * @param isOver asked before each batch; true leaves the rest for the next run.
 * @returns how many users were summed, and the time before which all who were first exposed are now summed:
 *   undefined if some were left.
 */
export async function sumMatureUsers(
  db: Database,
  release: ReleaseUnderJudgement,
  rules: SummariseRules & { readonly completeToMs: number; readonly now: Date },
  isOver: () => boolean,
): Promise<{ readonly users: number; readonly summedToMs: number | undefined }> {
  const before = new Date(matureBeforeMs(release.plan, rules.completeToMs));
  let users = 0;
  while (!isOver()) {
    const summed = await db.transaction((transaction) =>
      sumBatch(transaction, release, rules, before),
    );
    users += summed;
    if (summed < BATCH) return { users, summedToMs: before.getTime() };
  }
  return { users, summedToMs: undefined };
}

async function sumBatch(
  { client }: Transaction,
  one: ReleaseUnderJudgement,
  rules: SummariseRules & { readonly now: Date },
  before: Date,
): Promise<number> {
  const { release } = one;
  const due = await dueUsers(client, release, before, BATCH);
  if (due.length === 0) return 0;
  const figures = await figuresOf({ client }, one, rules, due);
  const mature = due.flatMap(({ userId, track, hour }) => {
    const own = figures.get(userId);
    return own === undefined ? [] : [{ track, hour, figures: own }];
  });
  await writeSums(client, release, addUsers(await readSums(client, release), mature));
  await markSummed(client, release, figures, rules.now);
  return due.length;
}

async function figuresOf(
  { client }: Pick<Transaction, "client">,
  { release, plan, submittedAt }: ReleaseUnderJudgement,
  rules: SummariseRules,
  due: readonly DueUser[],
): Promise<ReadonlyMap<number, UserFigures>> {
  const scope = { releaseId: release.releaseId, matchMs: matchMs(rules) };
  const { attributionSeconds } = plan;
  const exposures = groupBy(
    await exposuresOfUsers(client, scope, due, attributionSeconds),
    ({ userId }) => userId,
  );
  const outcomes = groupBy(
    await outcomesOfUsers(client, due, { attributionSeconds, toleranceMs: CLOCK_TOLERANCE_MS }),
    ({ userId }) => userId,
  );
  const week = new Date(submittedAt.getTime() - BEFORE_DAYS * DAY_MS);
  const ids = due.map(({ userId }) => userId);
  const begunBefore = await begunBetween(client, ids, week, submittedAt);
  return new Map(
    due.map(({ userId, firstExposedAt }) => {
      const own = outcomes.get(userId) ?? [];
      const events = {
        firstExposedAtMs: firstExposedAt.getTime(),
        exposures: (exposures.get(userId) ?? []).map(analysedExposure),
        begun: own.flatMap(({ firstWatchedAtMs, ...outcome }) =>
          firstWatchedAtMs === null ? [] : [{ ...outcome, firstWatchedAtMs }],
        ),
        rated: own.flatMap(({ ratedAtMs, ...outcome }) =>
          ratedAtMs === null ? [] : [{ ...outcome, ratedAtMs }],
        ),
        begunBefore: begunBefore.get(userId) ?? 0,
      };
      return [userId, userFigures(events, { ...plan, deadlineMs: rules.deadlineMs })];
    }),
  );
}
