import { findingsOf } from "@canarec/monitoring/watch/findings";
import { UNSEEN, type Watched, afterLook } from "@canarec/monitoring/watch/hysteresis";
import { type TroubleKind, WATCH_LIMITS } from "@canarec/monitoring/watch/limits";
import type { ParserState, Sighting, WatchedRows } from "@canarec/monitoring/watch/sighting";

/** Between two looks, as monitoring looks. */
const LOOK_MS = 5_000;
/** Looks; no rule looks back further. */
const KEPT = 36;
/** Of health before the fault, for whatever looks back. */
const HEALTHY_S = 600;
/** Nothing is told later. */
const LIMIT_S = 1_800;
const ANSWERS_PER_SECOND = 20;

/** What is seen some seconds after a fault began; before it, seconds are negative. */
interface Fault {
  readonly kind: TroubleKind;
  readonly what: string;
  readonly seen: (seconds: number) => Partial<Sighting>;
}

const ROWS: WatchedRows = {
  ...{ platform: { answers: 0, failed: 0 }, failures: [], releases: [], jobs: [] },
};
const PARSER: ParserState = { troubles: [], lagMessages: 0, lagSeconds: 0, written: 0 };

const plane = (seconds: number, unanswered: number) => {
  const answers = ANSWERS_PER_SECOND * (HEALTHY_S + seconds);
  return new Map([["lb", { answers, unanswered, ownList: 0 }]]);
};
const parser = (state: Partial<ParserState> | null) =>
  new Map([["parser", state === null ? null : { ...PARSER, ...state }]]);
const since = (seconds: number) => Math.max(0, seconds);
const rows = (changes: Partial<WatchedRows>) => ({ rows: { ...ROWS, ...changes } });
const ended = (atS: number) => ({ name: "r1-1", atMs: atS * 1_000, reason: "ended" });

/** Each begins at second 0. */
export const FAULTS: readonly Fault[] = [
  {
    ...{ kind: "availability", what: "the load balancer does not answer" },
    seen: (s) => ({ dataPlanes: s < 0 ? plane(s, 0) : new Map([["lb", null]]) }),
  },
  {
    ...{ kind: "availability", what: "nobody gets a list, 20 requests a second" },
    seen: (s) => ({ dataPlanes: plane(s, ANSWERS_PER_SECOND * since(s)) }),
  },
  {
    ...{ kind: "availability", what: "one in ten gets none" },
    seen: (s) => ({ dataPlanes: plane(s, (ANSWERS_PER_SECOND / 10) * since(s)) }),
  },
  {
    ...{ kind: "stream", what: "no parser answers, or it says what it waits for" },
    seen: (s) => ({ parsers: parser(s < 0 ? {} : null) }),
  },
  {
    ...{ kind: "stream", what: "messages wait, and none is written" },
    seen: (s) => ({
      parsers: parser({
        ...{ written: HEALTHY_S + Math.min(0, s), lagMessages: since(s), lagSeconds: since(s) },
      }),
    }),
  },
  {
    ...{ kind: "lag", what: "it falls behind by a second each second" },
    seen: (s) => ({
      parsers: parser({ written: HEALTHY_S + s, lagMessages: since(s), lagSeconds: since(s) }),
    }),
  },
  {
    ...{ kind: "freshness", what: "a replica hears no changes, and says so" },
    seen: (s) => ({ feedAges: new Map([["r1-1", s < 0 ? 0.1 : null]]) }),
  },
  {
    ...{ kind: "freshness", what: "a probe is not servable any more" },
    seen: (s) => ({ probeSeconds: since(s) }),
  },
  {
    ...{ kind: "restarts", what: "a third replica ends within ten minutes" },
    seen: (s) => rows({ failures: [-120, -60, ...(s < 0 ? [] : [0])].map(ended) }),
  },
  ...[300, 60].map((limitSeconds): Fault => ({
    ...{ kind: "no-verdict", what: `no verdict any more, one due within ${limitSeconds} s` },
    seen: (s) =>
      rows({
        releases: [
          {
            ...{ releaseId: 1, state: "evaluating", weight: 0.5, limitSeconds },
            judgedAtMs: Math.min(0, s) * 1_000,
          },
        ],
      }),
  })),
];

/** Seconds from a fault to the look that tells of it, when the first look comes so long after it; by the true rules and limits. */
export function secondsToTell({ kind, seen }: Fault, firstLookMs: number): number {
  let watched: Watched = UNSEEN;
  let sightings: readonly Sighting[] = [];
  for (let ms = firstLookMs - HEALTHY_S * 1_000; ms <= LIMIT_S * 1_000; ms += LOOK_MS) {
    sightings = [...sightings.slice(-KEPT), sightingAt(ms, seen(ms / 1_000))];
    const own = findingsOf(sightings, WATCH_LIMITS).find((one) => one.kind === kind)?.finding ?? {
      kind: "unclear",
    };
    const hold = WATCH_LIMITS.holds[kind];
    const look = afterLook(watched, own, { nowMs: ms, isOpen: false, ...hold });
    if (look.event === "begins") return ms / 1_000;
    watched = look.watched;
  }
  return NaN;
}

function sightingAt(atMs: number, changes: Partial<Sighting>): Sighting {
  return {
    atMs,
    dataPlanes: plane(atMs / 1_000, 0),
    parsers: parser({}),
    feedAges: new Map([["r1-1", 0.1]]),
    probeSeconds: undefined,
    rows: ROWS,
    ...changes,
  };
}

/** The least and the most seconds to the message, over when between two looks the fault begins. */
export function rangeToTell(fault: Fault): readonly [number, number] {
  const all = Array.from({ length: LOOK_MS / 100 }, (_, i) => secondsToTell(fault, 100 * i));
  return [Math.min(...all), Math.max(...all)];
}
