const DAY_MS = 86_400_000;

/** The event times for which a table partitioned by day has partitions. */
export interface KeptDays {
  readonly fromMs: number;
  readonly toMs: number;
  includes(atMs: number): boolean;
}

/** From `days` before today to the end of tomorrow, days being UTC. */
export function keptDays(now: Date, days: number): KeptDays {
  const today = Math.floor(now.getTime() / DAY_MS);
  const fromMs = (today - days) * DAY_MS;
  const toMs = (today + 2) * DAY_MS;
  return { fromMs, toMs, includes: (atMs) => atMs >= fromMs && atMs < toMs };
}
