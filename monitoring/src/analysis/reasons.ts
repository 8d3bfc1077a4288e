import type { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import type { PrimaryEvidence, PrimaryHarm } from "./primary-metric.ts";
import type { KillTest } from "./rare-failures.ts";
import type { RareFailures } from "./verdict-inputs.ts";

const NAMES: Readonly<Record<KillTest["of"], string>> = {
  errors: "failed requests",
  deadline: "answers over the deadline",
  lists: "invalid or short lists",
};

/** What a kill test on failures saw. */
export function describeFailures(test: KillTest, { main, nightly }: RareFailures): string {
  return (
    `${NAMES[test.of]} of ${share(nightly.failures, nightly.users)} on nightly and ` +
    `${share(main.failures, main.users)} on main ` +
    `(evidence e^${test.highestLogE.toFixed(1)}, limit e^${test.threshold.toFixed(1)})`
  );
}

export function describeHarm({ contrast, p }: PrimaryHarm, plan: ReleasePlan): string {
  const worse = `${plan.metric} is more than ${percent(plan.harmMargin)} below main's (p ${p.toExponential(1)})`;
  if (contrast === null) return worse;
  return `${worse}: ${contrast.nightly.toPrecision(4)} on nightly, ${contrast.main.toPrecision(4)} on main`;
}

/** The primary metric in both tracks, and the tests at the look's bound. */
export function describeEstimate(primary: PrimaryEvidence, plan: ReleasePlan): string {
  const { difference, aboveMargin, bound, users } = primary;
  const who = `${users.nightly} and ${users.main} users`;
  if (difference === null || aboveMargin === null) {
    return `${plan.metric} cannot be compared yet (${who})`;
  }
  const lift = difference.main === 0 ? "" : ` (${signed(difference.value / difference.main)})`;
  const values =
    `${plan.metric} ${difference.nightly.toPrecision(4)} on nightly, ` +
    `${difference.main.toPrecision(4)} on main${lift}, ${who}; ` +
    `z ${difference.z.toFixed(2)}, above the margin of ${percent(plan.margin)} ${aboveMargin.z.toFixed(2)}`;
  return bound === null ? values : `${values}, bound ${bound.toFixed(2)}`;
}

export function describeDelay(clock: number, plan: ReleasePlan, users: string): string {
  const { seconds, extensionSeconds } = plan.evaluation;
  const end = clock < seconds ? seconds : seconds + (extensionSeconds ?? 0);
  return `Decided after ${end} s of evaluation, of which ${Math.floor(clock)} s are over; mature users: ${users}`;
}

function share(count: number, of: number): string {
  return of === 0 ? "none" : `${percent(count / of)} (${count} of ${of} user-minutes)`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(2)} %`;
}

function signed(value: number): string {
  return `${value >= 0 ? "+" : "−"}${percent(Math.abs(value))}`;
}
