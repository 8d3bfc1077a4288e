import type { Database } from "@canarec/db-utils/database";
import type { LatencyQuantiles } from "../evaluation/gate.ts";
import type { ListMaker } from "./list-maker.ts";
import { type UserHistory, readHistories, sampleUsers } from "./read-users.ts";

/** Users whose lists are timed. */
const TIMED_USERS = 500;

/** A machine that does something else makes a list late, never early: the fastest counts. */
const TIMES = 3;

export interface MeasuredLatency {
  readonly users: number;
  readonly main: LatencyQuantiles;
  readonly candidate: LatencyQuantiles;
}

export interface LatencyOptions {
  readonly seed: number;
  /** Of a clock that does not jump. */
  readonly nowMs: () => number;
}

/** Time both bundles' lists for the same sampled users as they are now. */
export async function measureLatency(
  database: Pick<Database, "pool">,
  makers: { readonly main: ListMaker; readonly candidate: ListMaker },
  { seed, nowMs }: LatencyOptions,
): Promise<MeasuredLatency> {
  const ids = await sampleUsers(database, { limit: TIMED_USERS, seed });
  const histories: UserHistory[] = [];
  for await (const history of readHistories(database, ids)) histories.push(history);
  const [main = [], candidate = []] = fastestOf([makers.main, makers.candidate], histories, nowMs);
  return {
    users: histories.length,
    main: quantilesOf(main),
    candidate: quantilesOf(candidate),
  };
}

/** Each user's fastest list of each maker, in turns, so that what disturbs one disturbs the other. */
export function fastestOf(
  makers: readonly ListMaker[],
  histories: readonly UserHistory[],
  nowMs: () => number,
): number[][] {
  const fastest = makers.map(() => histories.map(() => Number.POSITIVE_INFINITY));
  for (let time = 0; time < TIMES; time += 1) {
    histories.forEach((history, user) => {
      makers.forEach((maker, which) => {
        const startedMs = nowMs();
        maker.list(history);
        const took = nowMs() - startedMs;
        const times = fastest[which] ?? [];
        times[user] = Math.min(times[user] ?? took, took);
      });
    });
  }
  return fastest;
}

/** Nearest ranks; 0 of none. */
function quantilesOf(times: readonly number[]): LatencyQuantiles {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}
