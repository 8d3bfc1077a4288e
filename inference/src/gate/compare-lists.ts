import { hitsOf, parseMetric } from "../evaluation/rank-metrics.ts";
import type { ListMaker } from "./list-maker.ts";
import type { TestUser } from "./test-users.ts";

/** Full ranking: every movie of the catalogue competes for the list. */
const METRICS = ["recall@20", "ndcg@20"].map(parseMetric);

/** One bundle's lists for the test users. */
export interface ListsMeasured {
  /** By measure, (users). */
  readonly measures: ReadonlyMap<string, Float64Array>;
  /** Distinct movies over all lists, as a share of the catalogue. */
  readonly coverage: number;
}

/** Make every test user's list from what was known at the split, and hold it against what came after. */
export function measureLists(maker: ListMaker, users: readonly TestUser[]): ListsMeasured {
  const measures = new Map(METRICS.map(({ name }) => [name, new Float64Array(users.length)]));
  const shown = new Set<number>();
  users.forEach(({ userId, before, hidden, person = null, targets }, user) => {
    const list = maker.list({ userId, entries: before, hidden, person });
    const hits = hitsOf(Int32Array.from(list), Int32Array.from(targets));
    for (const metric of METRICS) {
      const values = measures.get(metric.name);
      if (values !== undefined) values[user] = metric.valueOf(hits);
    }
    for (const movie of list) shown.add(movie);
  });
  return { measures, coverage: shown.size / Math.max(1, maker.model.movies.length) };
}
