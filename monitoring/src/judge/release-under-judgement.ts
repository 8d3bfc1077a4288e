import {
  type ReleaseUnderWay,
  releasesInStates,
} from "@canarec/db-utils/analysis/releases-under-way";
import type { Queryable } from "@canarec/db-utils/queryable";
import { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { Rollout, type RolloutState } from "@canarec/load-balancer/rollout/rollout";
import { z } from "zod";
import type { VerdictInputs } from "../analysis/verdict-inputs.ts";

/** A release under way with its plan and rollout as values. */
export interface ReleaseUnderJudgement {
  readonly release: VerdictInputs["release"];
  readonly submittedAt: Date;
  readonly plan: ReleasePlan;
  readonly expectation: VerdictInputs["expectation"];
  readonly rollout: Rollout;
}

/** States in which exposures are summarised. */
const WATCHED: readonly RolloutState[] = [
  "warming",
  "shadowing",
  "ramping",
  "evaluating",
  "extending",
  "holding",
];

/** What a submission wrote down of the traffic before it, so far as the judge needs it. */
const Expectation = z.object({ users: z.number().positive(), information: z.number().positive() });

/** @throws where a stored plan or rollout is not what its contract says. */
export async function releasesUnderJudgement(client: Queryable): Promise<ReleaseUnderJudgement[]> {
  return (await releasesInStates(client, WATCHED)).map(parseRelease);
}

function parseRelease(stored: ReleaseUnderWay): ReleaseUnderJudgement {
  const rollout = Rollout.parse(stored.rollout);
  return {
    release: {
      releaseId: stored.releaseId,
      window: Math.max(1, rollout.window),
      code: stored.code,
      build: stored.build,
      bundleId: stored.bundleId,
      salt: rollout.salt,
      planHash: stored.planHash,
    },
    submittedAt: stored.submittedAt,
    plan: ReleasePlan.parse(stored.plan),
    expectation: Expectation.safeParse(stored.expectation).data ?? null,
    rollout,
  };
}
