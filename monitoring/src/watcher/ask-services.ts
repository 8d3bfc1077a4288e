import type { ParserState, PlaneCounts } from "../watch/sighting.ts";
import { type Samples, parseMetrics, total, valuesOf } from "./parse-metrics.ts";

/** A service that does not answer by then gives no answer. */
const LIMIT_MS = 2_000;

/** What a request for metrics is sent with, see service-kit's metrics-access.ts. */
type Headers = Readonly<Record<string, string>>;

/** Counters of every data plane. */
export function askDataPlanes(urls: readonly string[], headers: Headers) {
  const named = urls.map((url) => [url, url] as const);
  return askEach(named, headers, planeCounts);
}

/** States of every stream parser. */
export function askParsers(urls: readonly string[], headers: Headers) {
  const named = urls.map((url) => [url, url] as const);
  return askEach(named, headers, parserState);
}

/** Age of what each replica serves from, in seconds; null where it is not known. @param urls by name. */
export async function askReplicas(
  urls: ReadonlyMap<string, string>,
  headers: Headers,
): Promise<ReadonlyMap<string, number | null>> {
  return askEach([...urls], headers, feedAge);
}

async function askEach<T>(
  urls: readonly (readonly [string, string])[],
  headers: Headers,
  read: (samples: Samples) => T,
): Promise<ReadonlyMap<string, T | null>> {
  const asked = urls.map(async ([name, url]) => {
    const samples = await metricsOf(url, headers);
    return [name, samples === null ? null : read(samples)] as const;
  });
  return new Map(await Promise.all(asked));
}

async function metricsOf(url: string, headers: Headers): Promise<Samples | null> {
  try {
    const signal = AbortSignal.timeout(LIMIT_MS);
    const answer = await fetch(new URL("/metrics", url), { headers, signal, redirect: "error" });
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
