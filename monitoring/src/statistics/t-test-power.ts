import gammaln from "@stdlib/math-base-special-gammaln";
import { normalCdf, normalSurvival } from "./normal.ts";
import type { Design } from "./power.ts";
import { studentUpperQuantile } from "./student-t.ts";

/**
 * Power of the two-sided two-sample t-test at standardised effect d with n users an arm, exactly:
 * the noncentral t, as a normal over √(χ²/ν) integrated by Simpson's rule.
 */
export function tTestPower(effect: number, usersPerArm: number, alpha: number): number {
  const degrees = 2 * usersPerArm - 2;
  const critical = studentUpperQuantile(alpha / 2, degrees);
  const shift = effect * Math.sqrt(usersPerArm / 2);
  // √(χ²/ν) is within 1 ± 10 / √(2ν) but for what double precision does not see.
  const [from, to] = [
    Math.max(0, 1 - 10 / Math.sqrt(2 * degrees)),
    1 + 10 / Math.sqrt(2 * degrees),
  ];
  const intervals = 1_000;
  const width = (to - from) / intervals;
  const logConstant = (degrees / 2) * Math.log(degrees / 2) + Math.log(2) - gammaln(degrees / 2);
  let power = 0;
  for (let i = 0; i <= intervals; i += 1) {
    const s = from + i * width;
    if (s === 0) continue; // no density there for more than one degree of freedom
    const density = Math.exp(logConstant + (degrees - 1) * Math.log(s) - (degrees * s * s) / 2);
    const rejects = normalSurvival(critical * s - shift) + normalCdf(-critical * s - shift);
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    power += (weight * width * density * rejects) / 3;
  }
  return power;
}

/** Users an arm for the two-sided two-sample t-test at standardised effect d ≠ 0; not rounded. */
export function usersForTTest(effect: number, design: Design): number {
  const enough = (users: number) => tTestPower(effect, users, design.alpha) >= design.power;
  let [low, high] = [2, 4];
  while (!enough(high)) [low, high] = [high, 2 * high];
  while (high - low > 1e-10 * high) {
    const middle = (low + high) / 2;
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
