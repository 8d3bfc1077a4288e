import { z } from "zod";

/**
 * Where a release stands.
 *
 * queued → preparing → warming → shadowing → ramping → evaluating (→ extending) → promoting → promoted;
 * from nearly anywhere holding, and rolling-back → rolled-back or aborted.
 */
export const ROLLOUT_STATES = [
  "queued",
  "preparing",
  "warming",
  "shadowing",
  "ramping",
  "evaluating",
  "extending",
  "holding",
  "promoting",
  "promoted",
  "rolling-back",
  "rolled-back",
  "aborted",
  "failed-to-start",
] as const;
export const RolloutState = z.enum(ROLLOUT_STATES);
export type RolloutState = z.output<typeof RolloutState>;

/** In which nothing happens any more, but an operator's roll-back of what was promoted. */
export const ENDED: readonly RolloutState[] = [
  "promoted",
  "rolled-back",
  "aborted",
  "failed-to-start",
];

const Milliseconds = z.number();

/** What a held rollout goes back to. */
const Held = z.object({
  state: z.enum(["shadowing", "ramping", "evaluating", "extending"]),
  /** `data`: nothing can be measured; `lease`: main serves all; `operator`: somebody asked. */
  cause: z.enum(["data", "lease", "operator", "verdict"]),
  sinceMs: Milliseconds,
  /** Nightly keeps its users. */
  keepsWeight: z.boolean(),
});

/** All that a transition is decided from, besides what is observed. */
export const Rollout = z.object({
  releaseId: z.int().positive(),
  state: RolloutState,
  /** 0 before the first; 1 shadowing; 2 … the ramp; then the evaluation. */
  step: z.int().nonnegative(),
  /** When the state, or the step within it, began; milliseconds since 1970. */
  sinceMs: Milliseconds,
  /** Of the assignment; another one for each release and after each lost lease. */
  salt: z.string(),
  /** Evaluation window, from 1; 0 before the first. */
  window: z.int().nonnegative(),
  /** The decision's clock: when it began, and how long it has stood. */
  windowStartedAtMs: Milliseconds.nullable(),
  heldSeconds: z.number().nonnegative(),
  extended: z.boolean(),
  /** First routing snapshot of the evaluation's step in this window. */
  evaluationSnapshotVersion: z.int().nonnegative().nullable(),
  held: Held.nullable(),
  /** What `rolling-back` ends in. */
  ending: z.enum(["rolled-back", "aborted"]),
  /** When it became main; null before. */
  promotedAtMs: Milliseconds.nullable(),
});
export type Rollout = z.output<typeof Rollout>;

/** A release that was just submitted. */
export function queuedRollout(releaseId: number, nowMs: number): Rollout {
  return {
    releaseId,
    state: "queued",
    step: 0,
    sinceMs: nowMs,
    salt: saltOf(releaseId, 1),
    window: 0,
    windowStartedAtMs: null,
    heldSeconds: 0,
    extended: false,
    evaluationSnapshotVersion: null,
    held: null,
    ending: "rolled-back",
    promotedAtMs: null,
  };
}

/** The salt of a release, and of its next evaluation after a lease was lost. */
export function saltOf(releaseId: number, drawn: number): string {
  return `release-${releaseId}-${drawn}`;
}

/** How often users were drawn for this release. */
export function timesDrawn(rollout: Pick<Rollout, "salt">): number {
  return Number(rollout.salt.split("-").at(-1));
}
