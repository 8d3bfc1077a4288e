import type { Readiness } from "@canarec/service-kit/health";
import type { MetricValues } from "@canarec/service-kit/metrics";
import type { TrackCounts } from "../admin/track-counts.ts";
import type { ShadowCounts } from "../shadow/shadow-requests.ts";
import type { WorkerStatus } from "./serving-worker.ts";

const NO_TRACK: TrackCounts = { attempts: 0, failures: 0, available: 0, replicas: [] };
const NO_SHADOW: ShadowCounts = {
  ...{ requests: 0, errors: 0, skipped: 0, overlap: 0, distance: 0, seconds: 0 },
};

/** Of a worker that has said nothing yet. */
export const NO_STATUS: WorkerStatus = {
  serving: false,
  readiness: { ready: false, reason: "starting" },
  tracks: { main: NO_TRACK, nightly: NO_TRACK },
  shadow: NO_SHADOW,
};

/** Counts are sums, of workers that have ended too, so that they never fall; the rest is what all that serve agree on. */
export function mergeStatus(all: readonly WorkerStatus[]): WorkerStatus {
  const serving = all.filter((one) => one.serving);
  const track = (name: "main" | "nightly") =>
    mergeTrack(
      all.map(({ tracks }) => tracks[name]),
      serving.map(({ tracks }) => tracks[name]),
    );
  const shadow = { ...NO_SHADOW };
  for (const name of Object.keys(shadow) as (keyof ShadowCounts)[]) {
    (shadow as Record<typeof name, number>)[name] = sum(all.map((one) => one.shadow[name]));
  }
  return {
    serving: serving.length > 0,
    readiness: mergeReadiness(serving.map(({ readiness }) => readiness)),
    tracks: { main: track("main"), nightly: track("nightly") },
    shadow,
  };
}

/** What a worker that has ended leaves behind: its counts. */
export function countsOf({ tracks: { main, nightly }, shadow }: WorkerStatus): WorkerStatus {
  const counts = (track: TrackCounts) => ({ ...track, available: 0, replicas: [] });
  return { ...NO_STATUS, tracks: { main: counts(main), nightly: counts(nightly) }, shadow };
}

/** The same of its metrics: what only grows. */
export function countersOf(metrics: MetricValues): MetricValues {
  const kinds = metrics as readonly { readonly type: unknown }[];
  return metrics.filter((_, index) => GROWING.includes(String(kinds[index]?.type)));
}
const GROWING = ["counter", "histogram"];

/** One that can serve is enough. */
function mergeReadiness(all: readonly Readiness[]): Readiness {
  const ready = all.filter((one) => one.ready);
  const best = ready.find(({ degraded }) => degraded === undefined) ?? ready[0];
  return best ?? all[0] ?? NO_STATUS.readiness;
}

/** @param serving of `all`, those that users reach. */
function mergeTrack(all: readonly TrackCounts[], serving: readonly TrackCounts[]): TrackCounts {
  const names = new Set(serving.flatMap(({ replicas }) => replicas.map(({ name }) => name)));
  const replicas = [...names].map((name) => {
    const views = serving.flatMap((one) => one.replicas.filter((each) => each.name === name));
    const inFlight = sum(views.map((view) => view.inFlight));
    return { name, available: views.every(({ available }) => available), inFlight };
  });
  return {
    attempts: sum(all.map(({ attempts }) => attempts)),
    failures: sum(all.map(({ failures }) => failures)),
    available: serving.length === 0 ? 0 : Math.min(...serving.map(({ available }) => available)),
    replicas,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
