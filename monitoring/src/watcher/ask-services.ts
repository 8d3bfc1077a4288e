import type { ParserState, PlaneCounts } from "../watch/sighting.ts";
import { type Samples, parseMetrics, total, valuesOf } from "./parse-metrics.ts";

/** A service that does not answer by then gives no answer. */
const LIMIT_MS = 2_000;

/** Counters of every data plane. */
export function askDataPlanes(urls: readonly string[]) {
  return askEach(
    urls.map((url) => [url, url]),
    planeCounts,
  );
}

/** States of every stream parser. */
export function askParsers(urls: readonly string[]) {
  return askEach(
    urls.map((url) => [url, url]),
    parserState,
  );
}

/** Age of what each replica serves from, in seconds; null where it is not known. @param urls by name. */
export async function askReplicas(
  urls: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, number | null>> {
  return askEach([...urls], feedAge);
}

async function askEach<T>(
  urls: readonly (readonly [string, string])[],
  read: (samples: Samples) => T,
): Promise<ReadonlyMap<string, T | null>> {
  const asked = urls.map(async ([name, url]) => {
    const samples = await metricsOf(url);
    return [name, samples === null ? null : read(samples)] as const;
  });
  return new Map(await Promise.all(asked));
}

async function metricsOf(url: string): Promise<Samples | null> {
  try {
    const answer = await fetch(new URL("/metrics", url), { signal: AbortSignal.timeout(LIMIT_MS) });
    const text = await answer.text();
    return answer.ok ? parseMetrics(text) : null;
  } catch {
    return null;
  }
}

function planeCounts(samples: Samples): PlaneCounts {
  const answers = "canarec_recommend_duration_seconds_count";
  return {
    answers: total(samples, answers) - total(samples, answers, { reason: "client_closed" }),
    unanswered: total(samples, answers, { reason: "unanswered" }),
    ownList: total(samples, answers, { reason: "fallback_list" }),
  };
}

function parserState(samples: Samples): ParserState {
  const stream = { topic: "stream" };
  const troubles = (samples.get("canarec_stream_troubles") ?? []).flatMap(({ labels, value }) =>
    value > 0 ? (labels["trouble"] ?? []) : [],
  );
  return {
    troubles,
    lagMessages: total(samples, "canarec_stream_lag_messages", stream),
    lagSeconds: Math.max(0, ...valuesOf(samples, "canarec_stream_lag_seconds", stream)),
    written: total(samples, "canarec_stream_lines_total", stream),
  };
}

function feedAge(samples: Samples): number | null {
  const [age] = valuesOf(samples, "canarec_inference_feed_age_seconds");
  return age === undefined || Number.isNaN(age) ? null : age;
}
