import type { Queryable } from "../queryable.ts";

/** A release that users may be exposed to, as it is stored. */
export interface ReleaseUnderWay {
  readonly releaseId: number;
  readonly submittedAt: Date;
  readonly code: string;
  readonly build: string;
  readonly bundleId: string | null;
  readonly plan: unknown;
  readonly planHash: string;
  readonly expectation: unknown;
  readonly state: string;
  /** The rollout as its last transition left it. */
  readonly rollout: unknown;
}

/** Trials in one of the states, the earliest first. */
export async function releasesInStates(
  client: Queryable,
  states: readonly string[],
): Promise<ReleaseUnderWay[]> {
  const { rows } = await client.query<ReleaseUnderWay>(
    `select r.release_id as "releaseId", r.submitted_at as "submittedAt", r.code, r.build,
            r.bundle_id as "bundleId", r.plan, r.plan_hash as "planHash", r.expectation,
            o.state, o.detail as rollout
     from rollouts o join releases r using (release_id)
     where o.state = any($1) and r.kind = 'trial' order by r.release_id`,
    [states],
  );
  return rows;
}
