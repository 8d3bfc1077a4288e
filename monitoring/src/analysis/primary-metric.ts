import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { sequenceGreaterP } from "../statistics/confidence-sequence.ts";
import { conditionalPower } from "../statistics/power.ts";
import type { Success } from "./decide.ts";
import {
  type StratifiedContrast,
  LEAST_GROWTH,
  lookBounds,
  strataBelow,
  stratifiedContrast,
  usersOf,
} from "./estimate.ts";
import { type EvaluationWindow, strataAtLook } from "./evaluation-window.ts";
import type { VerdictInputs } from "./verdict-inputs.ts";

/** The primary metric at a look, or before one as it stands. */
export interface PrimaryEvidence {
  readonly users: { readonly main: number; readonly nightly: number };
  /** Nightly − main. */
  readonly difference: StratifiedContrast | null;
  /** Nightly − (1 − margin) × main: positive where nightly is not worse by more than the margin. */
  readonly aboveMargin: StratifiedContrast | null;
  /** What |z| is held against; null before a look. */
  readonly bound: number | null;
  readonly success: Success;
  /** Of promoting after an extension, should the effect go on as it was seen; null where there is none. */
  readonly conditionalPower: number | null;
}

/** What the users of a look's strata show. Before a look: of all mature users, undecided. */
export function primaryEvidence(
  inputs: VerdictInputs,
  window: EvaluationWindow | undefined,
  look: 0 | 1 | 2,
): PrimaryEvidence {
  const { plan } = inputs;
  const strata =
    window === undefined || look === 0
      ? inputs.strata
      : strataBelow(inputs, strataAtLook(plan, window, look));
  const difference = stratifiedContrast(strata, 1);
  const aboveMargin = stratifiedContrast(strata, 1 - plan.margin);
  const seen = {
    users: usersOf(strata),
    difference: difference ?? null,
    aboveMargin: aboveMargin ?? null,
  };
  if (look === 0 || window === undefined || difference === undefined || aboveMargin === undefined) {
    return { ...seen, bound: null, success: "undecided", conditionalPower: null };
  }
  const information = informationAtLooks(inputs, window, look, difference);
  const bounds = lookBounds(plan.alphas.decision, information);
  const bound = bounds[look - 1] ?? Number.POSITIVE_INFINITY;
  const z = plan.policy === "superior" ? difference.z : Math.max(difference.z, aboveMargin.z);
  const canExtend = look === 1 && plan.evaluation.extensionSeconds !== null;
  return {
    ...seen,
    bound,
    success: successOf(difference.z, aboveMargin.z, bound),
    conditionalPower: canExtend
      ? conditionalPower({
          z,
          fraction: Math.min(information[0] / information[1], 1 / LEAST_GROWTH),
          finalBound: bounds[1],
        })
      : null,
  };
}

/** @param aboveMargin z of nightly − (1 − margin) × main. */
export function successOf(z: number, aboveMargin: number, bound: number): Success {
  if (z >= bound) return "superior";
  if (z <= -bound || aboveMargin <= -bound) return "worse";
  return aboveMargin >= bound ? "non-inferior" : "undecided";
}

/** 1 / se² at both looks. At the first, that of the second is the plan's, or what as many users an hour bring. */
function informationAtLooks(
  inputs: VerdictInputs,
  window: EvaluationWindow,
  look: 1 | 2,
  difference: StratifiedContrast,
): readonly [number, number] {
  const { plan, expectation } = inputs;
  const now = 1 / difference.se ** 2;
  const [first, second] = [strataAtLook(plan, window, 1), strataAtLook(plan, window, 2)];
  if (look === 1) {
    return [now, expectation?.information ?? (now * second) / Math.max(1, first)];
  }
  const before = stratifiedContrast(strataBelow(inputs, first), 1);
  // A first look without an estimate tested nothing, and its alpha stays unspent.
  return [before === undefined ? now / 1e6 : 1 / before.se ** 2, now];
}

/** The kill test on the primary metric: a one-sided confidence sequence on all mature users. */
export interface PrimaryHarm {
  /** Nightly − (1 − harm margin) × main. */
  readonly contrast: StratifiedContrast | null;
  /** Least p so far; harm is proven below alpha. */
  readonly p: number;
  readonly harm: boolean;
}

/** A confidence sequence of this kind is asymptotic: it begins with so many users a track. */
const LEAST_USERS = 100;

/** Without an expectation the sequence is tightest at so many times the least number of users a track. */
const USERS_EXPECTED = 4;

/** Name of its p in the record of extremes. */
export const PRIMARY_HARM = "primary harm";

export function primaryHarm(inputs: VerdictInputs): PrimaryHarm {
  const { plan, expectation, strata } = inputs;
  const before = inputs.past.lowestP[PRIMARY_HARM] ?? 1;
  const contrast = stratifiedContrast(strata, 1 - plan.harmMargin) ?? null;
  const users = usersOf(strata);
  let p = before;
  if (contrast !== null && Math.min(users.main, users.nightly) >= LEAST_USERS) {
    const look = { value: -contrast.value, se: contrast.se, users: contrast.users };
    p = Math.min(before, sequenceGreaterP(look, sequencePlan(plan, expectation)));
  }
  return { contrast, p, harm: p <= plan.alphas.kill.primary };
}

function sequencePlan(plan: ReleasePlan, expectation: VerdictInputs["expectation"]) {
  return {
    alpha: plan.alphas.kill.primary,
    tuningUsers: expectation?.users ?? plan.minimumUsers * USERS_EXPECTED,
  };
}
