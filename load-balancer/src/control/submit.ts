import type { Release, ReleaseRepository } from "@canarec/db-utils/releases/release-repository";
import { ServiceError } from "@canarec/service-kit/errors";
import { plainText } from "@canarec/service-kit/plain-text";
import { z } from "zod";
import { Policy, type ReleasePlan } from "../contract/release-plan.ts";
import { planHash } from "../rollout/plans.ts";
import { queuedRollout } from "../rollout/rollout.ts";
import type { Runtime } from "../runtimes/runtime.ts";
import { SubmittedGate, submittedGate } from "./submitted-gate.ts";

/** `POST /releases` */
export const Submission = z.strictObject({
  /** Branch, tag or commit. */
  ref: plainText(255),
  /** Serve this bundle; absent: one that the ref builds itself. */
  bundle: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  plan: plainText(64).default("standard"),
  policy: Policy.optional(),
  /** Wait for those before it, or take the place of one that is not yet evaluated. */
  queue: z.enum(["queue", "supersede"]).optional(),
  /** Becomes main as soon as it is ready, without a judgement. */
  emergency: z.boolean().default(false),
  source: z.enum(["cli", "api", "tag", "schedule", "drill"]).default("api"),
  tag: plainText(255).optional(),
  /** What the traffic before lets expect: users of both tracks at the first look, 1 / se² at the last. */
  expectation: z
    .strictObject({ users: z.number().positive(), information: z.number().positive() })
    .optional(),
  gate: SubmittedGate.optional(),
  actor: plainText(500),
});
export type Submission = z.output<typeof Submission>;

export interface SubmitParts {
  readonly releases: ReleaseRepository;
  readonly runtime: Runtime;
  readonly plans: ReadonlyMap<string, ReleasePlan>;
  /** Nightly runs in as many at least: equal machines. */
  readonly mainReplicas: number;
  readonly epoch: number;
  readonly nowMs: number;
  /** Rollouts that are not over. */
  readonly waiting: readonly Release[];
}

/**
 * Write a release down: resolved, with its declared plan, queued.
 *
 * @returns its number.
 * @throws ServiceError `not_found` for a ref or plan that is none, `failed_precondition` for what is under way already
 *   or was refused by the offline gate.
 */
export async function submit(submission: Submission, parts: SubmitParts): Promise<number> {
  const { releases, runtime, plans, nowMs, epoch } = parts;
  const named = plans.get(submission.plan);
  if (named === undefined) {
    const known = [...plans.keys()].join(", ");
    throw new ServiceError("not_found", `there is no plan ${submission.plan}: ${known}`);
  }
  const { policy = named.policy, queue = named.queue } = submission;
  const replicas = Math.max(named.replicas, parts.mainReplicas);
  const plan: ReleasePlan = { ...named, policy, queue, replicas };
  const code = await runtime.resolve(submission.ref);
  const hash = planHash(plan);
  const same = parts.waiting.find(
    (other) =>
      other.code === code &&
      other.planHash === hash &&
      (submission.bundle === undefined || other.bundleId === submission.bundle),
  );
  if (same !== undefined) {
    const message = `release ${same.releaseId} is the same, and is under way`;
    throw new ServiceError("failed_precondition", message);
  }
  const main = (await releases.mains(1))[0];
  const gate = submittedGate(submission, main, new Date(nowMs));
  const release = {
    submittedAt: new Date(nowMs),
    kind: submission.emergency ? ("main" as const) : ("trial" as const),
    ...{ ref: submission.ref, code, build: code, bundleId: submission.bundle ?? null },
    ...{ plan, planHash: hash, expectation: submission.expectation ?? null },
    ...{ actor: submission.actor, source: submission.source, tag: submission.tag ?? null },
  };
  const first = (releaseId: number) => ({
    ...{ releaseId, at: new Date(nowMs), epoch, sequence: 1, window: 0 },
    ...{ fromState: null, toState: "queued", fromStep: null, toStep: 0 },
    ...{ actor: submission.actor, reason: `submitted: ${submission.ref}` },
    ...{ evidence: { planHash: hash }, decidedFrom: {} },
    detail: queuedRollout(releaseId, nowMs),
  });
  return releases.submit(release, first, gate);
}

/** The first release of a new home: it becomes main as it is. */
export async function submitFirst(
  { releases, runtime, plans, epoch, nowMs }: Omit<SubmitParts, "waiting">,
  { bundleId, ref }: { readonly bundleId: string; readonly ref: string },
): Promise<number> {
  const plan = plans.get("emergency");
  if (plan === undefined) throw new ServiceError("internal", "the emergency plan is missing");
  const code = await runtime.resolve(ref);
  const release = {
    ...{ submittedAt: new Date(nowMs), kind: "main" as const, ref, code, build: code },
    ...{ bundleId, plan, planHash: planHash(plan), expectation: null },
    ...{ actor: "controller", source: "first", tag: null },
  };
  return releases.submit(release, (releaseId) => ({
    ...{ releaseId, at: new Date(nowMs), epoch, sequence: 1, window: 0 },
    ...{ fromState: null, toState: "promoted", fromStep: null, toStep: 0 },
    ...{ actor: "controller", reason: `the first main: ${ref}` },
    ...{ evidence: {}, decidedFrom: {} },
    detail: { ...queuedRollout(releaseId, nowMs), state: "promoted" as const, promotedAtMs: nowMs },
  }));
}
