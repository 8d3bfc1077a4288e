import type { Database } from "@canarec/db-utils/database";
import { type AnswerSource, answerMinutes } from "@canarec/db-utils/observation/answer-minutes";
import { type AnswerMinute, availabilityOf } from "../availability/availability.ts";
import type { Sample } from "./observed-gauges.ts";
import type { Observer } from "./start-observation.ts";

const MINUTE_MS = 60_000;

/** Of burn rates over several windows: 99 % over a month is used up fast, or slowly. */
const WINDOWS = {
  "5m": 5 * MINUTE_MS,
  "30m": 30 * MINUTE_MS,
  "1h": 60 * MINUTE_MS,
  "6h": 360 * MINUTE_MS,
};

/** What came this late is counted too; later lines are not. */
const READ_AGAIN_MS = 10 * MINUTE_MS;

/** Windows end so long ago: by then the lines of a minute are usually written. */
const GRACE_MS = MINUTE_MS;

const SOURCES: readonly AnswerSource[] = ["platform", "own"];

/** Availability by the platform's lines, and by our exposures, over several windows. */
export function observeAvailability(
  { pool }: Pick<Database, "pool">,
  deadlineMs: number,
  nowMs: () => number,
): Observer {
  const known = { platform: new Map<number, AnswerMinute>(), own: new Map<number, AnswerMinute>() };
  let readToMs = -Infinity;
  const read = async (source: AnswerSource, fromMs: number, endMs: number) => {
    const span = { from: new Date(fromMs), to: new Date(endMs), deadlineMs };
    const minutes = known[source];
    for (const { minute, ...counts } of await answerMinutes(pool, source, span)) {
      minutes.set(minute.getTime(), { minuteMs: minute.getTime(), ...counts });
    }
    for (const minuteMs of minutes.keys()) {
      if (minuteMs < endMs - WINDOWS["6h"]) minutes.delete(minuteMs);
    }
  };
  return {
    name: "availability",
    everyMs: 15_000,
    gauges: [
      "canarec_availability_answers",
      "canarec_availability_difference_ratio",
      "canarec_availability_ratio",
      "canarec_on_time_ratio",
    ],
    async look() {
      const endMs = Math.floor((nowMs() - GRACE_MS) / MINUTE_MS) * MINUTE_MS;
      const fromMs = Math.max(endMs - WINDOWS["6h"], readToMs - READ_AGAIN_MS);
      for (const source of SOURCES) await read(source, fromMs, endMs);
      readToMs = endMs;
      return Object.entries(WINDOWS).flatMap(([window, ms]) =>
        samplesOf(window, {
          own: availabilityOf(known.own.values(), endMs, ms),
          platform: availabilityOf(known.platform.values(), endMs, ms),
        }),
      );
    },
  };
}

function samplesOf(
  window: string,
  found: Readonly<Record<AnswerSource, ReturnType<typeof availabilityOf>>>,
): Sample[] {
  const { own, platform } = found;
  const samples = SOURCES.flatMap((source): Sample[] => {
    const one = found[source];
    if (one === undefined) return [];
    const labels = { source, window };
    return [
      { name: "canarec_availability_answers", labels, value: one.answers },
      { name: "canarec_availability_ratio", labels, value: one.available },
      { name: "canarec_on_time_ratio", labels, value: one.onTime },
    ];
  });
  if (own === undefined || platform === undefined) return samples;
  const value = own.available - platform.available;
  return [...samples, { name: "canarec_availability_difference_ratio", labels: { window }, value }];
}
