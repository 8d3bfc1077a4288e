import { encodeSums, mergeSums, parseSums, sumsOfUsers } from "../statistics/sufficient-sums.ts";
import { groupBy } from "./group-by.ts";
import type { StoredSums } from "./assemble-inputs.ts";
import { METRICS, type UserFigures, metricValues } from "./metrics.ts";

/** A mature user with his figures. */
export interface MatureUser {
  readonly track: "main" | "nightly";
  readonly hour: number;
  readonly figures: UserFigures;
}

/**
 * Add users to stored sums. Exact: the order of the users, and how they fall into batches, change nothing.
 *
 * @returns the rows that changed.
 */
export function addUsers(
  stored: readonly StoredSums[],
  users: readonly MatureUser[],
): readonly StoredSums[] {
  const key = (row: { track: string; hour: number; metric: string }) =>
    `${row.track} ${row.hour} ${row.metric}`;
  const before = new Map(stored.map((row) => [key(row), row]));
  const cells = groupBy(users, ({ track, hour }) => `${track} ${hour}`);
  return [...cells.values()].flatMap((members) => {
    const values = members.map(({ figures }) => metricValues(figures));
    return METRICS.flatMap((metric) => {
      const [first] = members;
      if (first === undefined) return [];
      const row = { track: first.track, hour: first.hour, metric };
      const added = sumsOfUsers(values.map((value) => value[metric]));
      const old = before.get(key(row));
      const sums = old === undefined ? added : mergeSums([parseSums(old.sums), added]);
      return [{ ...row, sums: encodeSums(sums) }];
    });
  });
}
