import { type Estimate, estimateOf } from "./estimate.ts";
import type { Evaluation } from "./evaluate.ts";

/** Measures of several splits of the same data together; lists are those of each split alone. */
export type SeedAverage = Pick<Evaluation, "users" | "perUser" | "means" | "coverage" | "gini">;

/**
 * Average one model over splits of several seeds. Each user's values are averaged over the splits that ask
 * the user; the standard error is over users, so it does not take splits of the same users for new ones.
 *
 * @param evaluations at least one, of the same measures.
 */
export function averageSeeds(evaluations: readonly SeedAverage[]): SeedAverage {
  const users = Int32Array.from(new Set(evaluations.flatMap((one) => [...one.users]))).sort();
  const placeOf = new Map([...users].map((user, place) => [user, place]));
  const perUser: Record<string, Float64Array> = {};
  const means: Record<string, Estimate> = {};
  for (const name of Object.keys(evaluations[0]?.perUser ?? {})) {
    const sums = new Float64Array(users.length);
    const counts = new Float64Array(users.length);
    for (const one of evaluations) {
      one.users.forEach((user, at) => {
        const place = placeOf.get(user) ?? 0;
        sums[place] = (sums[place] ?? 0) + (one.perUser[name]?.[at] ?? 0);
        counts[place] = (counts[place] ?? 0) + 1;
      });
    }
    const averages = sums.map((sum, place) => sum / (counts[place] ?? 1));
    perUser[name] = averages;
    means[name] = estimateOf(averages);
  }
  return {
    users,
    perUser,
    means,
    coverage: estimateOf(evaluations.map(({ coverage }) => coverage)).mean,
    gini: estimateOf(evaluations.map(({ gini }) => gini)).mean,
  };
}
