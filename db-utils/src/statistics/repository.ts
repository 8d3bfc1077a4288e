import type { Database } from "../database.ts";
import type { Queryable } from "../queryable.ts";
import { type StatisticsReading, type StatisticsTable, readStatistics } from "./read-statistics.ts";
import { type StatisticsVerification, verifyStatistics } from "./verify-statistics.ts";

export interface StatisticsRepository {
  /** See `readStatistics`. Give a transaction's client to read one snapshot. */
  read(reading: StatisticsReading, client?: Queryable): Promise<StatisticsTable>;
  /** Recompute all statistics from `interactions` and report every difference. Changes nothing. */
  verify(): Promise<StatisticsVerification>;
  /**
   * Mend every difference, and report what was mended. The parser may go on meanwhile.
   */
  recompute(): Promise<StatisticsVerification>;
}

export function createStatisticsRepository(
  db: Pick<Database, "pool" | "transaction">,
): StatisticsRepository {
  return {
    read: (reading, client = db.pool) => readStatistics(client, reading),
    verify: () => db.transaction(({ client }) => verifyStatistics(client, { mend: false })),
    recompute: () => db.transaction(({ client }) => verifyStatistics(client, { mend: true })),
  };
}
