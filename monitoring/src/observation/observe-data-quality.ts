import type { Database } from "@canarec/db-utils/database";
import {
  type DailyCount,
  dailyLines,
  dailyMovies,
  dailyRatings,
  dailyRejections,
} from "@canarec/db-utils/observation/daily-counts";
import { checkData } from "../data-quality/check-data.ts";
import type { Drift } from "../data-quality/drift.ts";
import type { Mix } from "../data-quality/mix-drift.ts";
import type { Sample } from "./observed-gauges.ts";
import type { Observer } from "./start-observation.ts";

const HOUR_MS = 3_600_000;

/** The last lines of an hour are usually written by then. */
const GRACE_MS = 600_000;

/** The newest day and the 14 before it. */
const DAYS = 15;

/** The newest day and the 6 before it: what is kept of lines is 7 days. */
const LINE_DAYS = 7;

/** Whether the data of the last 24 whole hours are like those of the days before. */
export function observeDataQuality(
  { pool }: Pick<Database, "pool">,
  nowMs: () => number,
): Observer {
  return {
    name: "data-quality",
    // The hours that are looked at change once an hour, with late lines in between.
    everyMs: 900_000,
    gauges: [
      "canarec_data_quality_breach",
      "canarec_data_quality_last_run_timestamp_seconds",
      "canarec_data_quality_limit",
      "canarec_data_quality_samples",
      "canarec_data_quality_value",
    ],
    async look() {
      const at = nowMs();
      const span = { end: new Date(Math.floor((at - GRACE_MS) / HOUR_MS) * HOUR_MS), days: DAYS };
      const lines = await dailyLines(pool, { ...span, days: LINE_DAYS });
      const reasons = await dailyRejections(pool, span);
      const ratings = await dailyRatings(pool, span);
      const movies = await dailyMovies(pool, span);
      const checked = checkData({
        lines: mixesByDay(lines, LINE_DAYS),
        reasons: mixesByDay(reasons, DAYS),
        ratings: mixesByDay(ratings, DAYS),
        movies: mixesByDay(movies, DAYS),
      });
      return [
        { name: "canarec_data_quality_last_run_timestamp_seconds", value: at / 1_000 },
        ...[...checked].flatMap(([check, drift]) => samplesOf(check, drift)),
      ];
    },
  };
}

function samplesOf(check: string, { value, samples, verdict }: Drift): Sample[] {
  const labels = { check };
  const measured: Sample[] = [
    { name: "canarec_data_quality_value", labels, value },
    { name: "canarec_data_quality_samples", labels, value: samples },
  ];
  if (verdict === undefined) return measured;
  const { lower, upper, isBreach } = verdict;
  const limit = (bound: string, at: number): Sample => ({
    name: "canarec_data_quality_limit",
    labels: { check, bound },
    value: at,
  });
  return [
    ...[...measured, limit("lower", lower), limit("upper", upper)],
    { name: "canarec_data_quality_breach", labels, value: Number(isBreach) },
  ];
}

/** (days) mixes, the newest first; a day without any is empty. */
function mixesByDay(counts: readonly DailyCount[], days: number): readonly Mix[] {
  const mixes = Array.from({ length: days }, (): Record<string, number> => ({}));
  for (const { day, kind, count } of counts) {
    const mix = mixes[day];
    if (mix !== undefined) mix[kind] = count;
  }
  return mixes;
}
