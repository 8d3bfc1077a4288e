import type { ReleasePlan } from "../contract/release-plan.ts";
import type { Verdict } from "../contract/verdict.ts";
import type { Observations } from "./transitions.ts";
import { parsePlans } from "./plans.ts";
import { type Rollout, type RolloutState, queuedRollout } from "./rollout.ts";
import { evaluationStep } from "./steps.ts";

/** As `standard` of plans.json. */
const found = parsePlans({
  standard: {
    margin: 0.05,
    harmMargin: 0.1,
    attributionSeconds: 14_400,
    minimumMinutes: 1,
    shadow: { seconds: 1_800, share: 0.05 },
    ramp: [
      { weight: 0.05, seconds: 1_800 },
      { weight: 0.25, seconds: 1_800 },
    ],
    evaluation: {
      weight: 0.5,
      seconds: 43_200,
      extensionSeconds: 43_200,
      minimumConditionalPower: 0.2,
    },
    minimumUsers: 500,
    leaseSeconds: 30,
    holdLimitSeconds: 7_200,
    rollbackWindowSeconds: 3_600,
  },
}).get("standard");
if (found === undefined) throw new Error("absent");
export const plan: ReleasePlan = found;
export const START = Date.parse("2026-03-01T20:00:00Z");
export const MINUTE = 60_000;

export const calm: Observations = {
  nowMs: START,
  isTurn: true,
  preparation: { kind: "done" },
  nightlyReady: 2,
  mainReady: 2,
  settled: true,
  snapshotVersion: 10,
  leaseLost: false,
  nightlyGone: false,
};

export const rolloutIn = (state: RolloutState, changes: Partial<Rollout> = {}): Rollout => ({
  ...queuedRollout(1, START),
  state,
  step: state === "shadowing" ? 1 : state === "ramping" ? 2 : evaluationStep(plan),
  window: 1,
  windowStartedAtMs: START,
  held:
    state === "holding"
      ? { state: "evaluating", cause: "operator", sinceMs: START, keepsWeight: true }
      : null,
  promotedAtMs: state === "promoted" ? START : null,
  ...changes,
});

export const verdict = (action: Verdict["action"], changes: Partial<Verdict> = {}): Verdict => ({
  v: 1,
  releaseId: 1,
  window: 1,
  at: new Date(START + MINUTE).toISOString(),
  row: 1,
  kind: "continue",
  action,
  reason: `because of ${action}`,
  ...changes,
});

export const after = (minutes: number, changes: Partial<Observations> = {}): Observations => ({
  ...calm,
  nowMs: START + minutes * MINUTE,
  ...changes,
});

/** What may follow what. */
export const NEXT: Readonly<Record<RolloutState, readonly RolloutState[]>> = {
  queued: ["preparing", "aborted"],
  preparing: ["warming", "failed-to-start", "aborted"],
  warming: ["shadowing", "promoting", "failed-to-start", "rolling-back"],
  shadowing: ["ramping", "evaluating", "holding", "promoting", "rolling-back"],
  ramping: ["ramping", "evaluating", "holding", "promoting", "rolling-back"],
  evaluating: ["extending", "promoting", "holding", "rolling-back"],
  extending: ["promoting", "holding", "rolling-back"],
  holding: [
    "shadowing",
    "ramping",
    "evaluating",
    "extending",
    "holding",
    "promoting",
    "rolling-back",
  ],
  promoting: ["promoted", "rolling-back"],
  promoted: ["rolling-back"],
  "rolling-back": ["rolled-back", "aborted"],
  "rolled-back": [],
  aborted: [],
  "failed-to-start": [],
};
