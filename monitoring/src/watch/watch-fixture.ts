import type {
  JobSight,
  JudgedRelease,
  ParserState,
  PlaneCounts,
  Sighting,
  WatchedRows,
} from "./sighting.ts";

export const START = Date.parse("2026-03-01T20:00:00Z");

export const calmRows: WatchedRows = {
  platform: { answers: 0, failed: 0 },
  failures: [],
  releases: [],
  jobs: [],
};

export const calmParser: ParserState = { troubles: [], lagMessages: 0, lagSeconds: 0, written: 0 };

export const judged: JudgedRelease = {
  ...{ releaseId: 7, state: "evaluating", judgedAtMs: START, limitSeconds: 300, weight: 0.5 },
};

export const dailyJob: JobSight = {
  ...{ name: "backup", harm: "none", sinceMs: START, everSucceeded: true, isFailing: false },
  ...{ periodMs: 86_400_000, limitMs: 3_600_000 },
};

/** A look at a service that is well, some seconds after the start. */
export function sightingAt(seconds: number, changes: Partial<Sighting> = {}): Sighting {
  return {
    atMs: START + seconds * 1_000,
    dataPlanes: new Map([["lb", plane(0)]]),
    parsers: new Map([["parser", calmParser]]),
    feedAges: new Map([["r1-1", 0.1]]),
    probeSeconds: undefined,
    rows: calmRows,
    ...changes,
  };
}

export function plane(answers: number, unanswered = 0, ownList = 0): PlaneCounts {
  return { answers, unanswered, ownList };
}

export const planes = (...counts: readonly (PlaneCounts | null)[]) => ({
  dataPlanes: new Map(counts.map((one, index) => [`lb-${index}`, one])),
});

export const parser = (changes: Partial<ParserState> | null) => ({
  parsers: new Map([["parser", changes === null ? null : { ...calmParser, ...changes }]]),
});
