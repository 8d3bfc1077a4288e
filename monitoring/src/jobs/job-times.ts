import { createTask } from "node-cron";

/** So many times ahead show the longest time between two runs, of weekdays and months of other lengths too. */
const TIMES_AHEAD = 32;

/** Times of a cron expression in UTC from now on, the next first; none for a day that never comes. */
export function nextRuns(schedule: string, count: number): readonly Date[] {
  const task = createTask(schedule, () => undefined, { timezone: "Etc/UTC" });
  try {
    return task.getNextRuns(count);
  } catch {
    return []; // such as February 30
  } finally {
    void task.destroy();
  }
}

/** The longest time between two runs; undefined where it runs but once more or never. */
export function longestPeriodMs(schedule: string): number | undefined {
  const times = nextRuns(schedule, TIMES_AHEAD).map((at) => at.getTime());
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  return gaps.length === 0 ? undefined : Math.max(...gaps);
}
