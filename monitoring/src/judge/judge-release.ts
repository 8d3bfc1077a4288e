import { readSums } from "@canarec/db-utils/analysis/due-users";
import { readMinutes } from "@canarec/db-utils/analysis/minutes";
import type { TopicProgress } from "@canarec/db-utils/analysis/sources";
import { countEntered, countStepUsers } from "@canarec/db-utils/analysis/users";
import { insertVerdict, latestVerdict } from "@canarec/db-utils/analysis/verdict-rows";
import type { Queryable } from "@canarec/db-utils/queryable";
import type { Verdict } from "@canarec/load-balancer/contract/verdict";
import { z } from "zod";
import { type SummarisedMinute, assembleInputs, summedUsers } from "../analysis/assemble-inputs.ts";
import { windowAt } from "../analysis/evaluation-window.ts";
import { judge } from "../analysis/judge.ts";
import type { MinuteCounts } from "../analysis/minute-counts.ts";
import { VerdictInputs } from "../analysis/verdict-inputs.ts";
import type { ReleaseUnderJudgement } from "./release-under-judgement.ts";

/** How far both sources are written, and users summed. */
export interface Sources {
  /** Users first exposed before this are all in the sums; undefined while some wait. */
  readonly summedToMs: number | undefined;
  readonly exposures: TopicProgress;
  readonly platform: TopicProgress;
}

/** Of the verdict before, all that the next one needs. */
const Recorded = z.object({ extremes: VerdictInputs.shape.past });

/**
 * Judge a release for a moment from its summaries, and keep the verdict with its record.
 *
 * @returns undefined if there is a verdict for that moment, or a later one, already.
 */
export async function judgeRelease(
  client: Queryable,
  one: ReleaseUnderJudgement,
  sources: Sources,
  atMs: number,
): Promise<Verdict | undefined> {
  const { release, plan, expectation, rollout } = one;
  const before = await latestVerdict(client, release);
  if (before !== undefined && before.at.getTime() >= atMs) return undefined;
  const minutes = await readMinutes(client, release.releaseId);
  const summaries = {
    release,
    plan,
    expectation,
    onHold: rollout.state === "holding",
    window: windowAt(one, atMs),
    sources: {
      exposuresMs: sources.exposures.highEventAt?.getTime() ?? null,
      platformMs: sources.platform.highEventAt?.getTime() ?? null,
    },
    summedToMs: sources.summedToMs,
    minutes: minutes.map(({ minute, window, track, step, counts }): SummarisedMinute => ({
      minuteMs: minute.getTime(),
      inWindow: window === release.window,
      track,
      step,
      counts: counts as MinuteCounts, // written by nobody but summariseMarkedMinutes
    })),
    sums: summedUsers(await readSums(client, release)),
    stepUsers: await countStepUsers(client, release),
    entered: await countEntered(client, release),
    past: Recorded.safeParse(before?.record).data?.extremes ?? { lowestP: {}, noDataSince: null },
  };
  const record = judge(assembleInputs(summaries, atMs));
  const { verdict } = record;
  const { releaseId, window, row, kind, action, reason } = verdict;
  const isNew = await insertVerdict(client, {
    ...{ releaseId, window, row, kind, action, reason, record },
    at: new Date(atMs),
  });
  return isNew ? verdict : undefined;
}
