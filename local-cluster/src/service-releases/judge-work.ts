import type { Work } from "@canarec/db-utils/releases/service-work";
import { wilsonInterval } from "@canarec/monitoring/statistics/two-proportions";

/** Less says nothing: neither of what was before, nor of what is. */
const LEAST_DONE = 20;

/** So much may be bad whatever was before: an alert tells of a hundredth, this takes a build back. */
const TOLERATED_SHARE = 0.1;

/** Of a build that is just as bad as it may be, one look in 2,000 finds too much. */
const Z = 3.29;

/**
 * Why a build that took over does worse than the one before; undefined where it does not.
 *
 * It does where the lower bound of its bad share (Wilson) is above a tenth, and above twice the share before. That it does
 * nothing is no reason: it may be that nobody asks.
 */
export function whyWorse(before: Work, after: Work): string | undefined {
  if (after.done < LEAST_DONE) return undefined;
  const usual = before.done < LEAST_DONE ? 0 : Math.min(1, before.bad / before.done);
  const bad = Math.min(after.bad, after.done);
  const { lower } = wilsonInterval({ successes: bad, users: after.done }, Z);
  if (lower <= Math.max(TOLERATED_SHARE, 2 * usual)) return undefined;
  return `${bad} of ${after.done} were bad, ${(100 * usual).toFixed(1)} % before`;
}
