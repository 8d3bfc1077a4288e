/** Counters of a data plane since its start. */
export interface PlaneCounts {
  /** Answers to users who waited for them. */
  readonly answers: number;
  /** Of these: nobody could, and the user got an error. */
  readonly unanswered: number;
  /** Of these: no replica could, and the user got the load balancer's own list. */
  readonly ownList: number;
}

/** What a stream parser says of the platform's stream. */
export interface ParserState {
  /** What keeps it from its work: `kafka`, `postgres`, … */
  readonly troubles: readonly string[];
  /** Messages that wait in Kafka, over all partitions. */
  readonly lagMessages: number;
  /** Age of the oldest that waits; 0 when none does. */
  readonly lagSeconds: number;
  /** Messages written since its start. */
  readonly written: number;
}

/** A replica that ended by itself or did not get ready. */
export interface ReplicaFailure {
  readonly name: string;
  readonly atMs: number;
  readonly reason: string;
}

/** A release that users may be on, and of which verdicts are due. */
export interface JudgedRelease {
  readonly releaseId: number;
  readonly state: string;
  /** Its last verdict, or since when there could have been one. */
  readonly judgedAtMs: number;
  /** A verdict is overdue after so many seconds. */
  readonly limitSeconds: number;
  /** Of the users on nightly. */
  readonly weight: number;
}

/** A job with what its diary says. */
export interface JobSight {
  readonly name: string;
  readonly harm: string | undefined;
  /** Its last success; else its first run, or since when it is watched. */
  readonly sinceMs: number;
  readonly everSucceeded: boolean;
  /** It fails, which has been told. */
  readonly isFailing: boolean;
  /** Between two runs at most; undefined: it has no times. */
  readonly periodMs: number | undefined;
  /** Of a run. */
  readonly limitMs: number;
}

/** What Postgres says. */
export interface WatchedRows {
  /** The platform's own lines about our answers of the last minute. */
  readonly platform: { readonly answers: number; readonly failed: number };
  /** Within the time that `restarts` looks back. */
  readonly failures: readonly ReplicaFailure[];
  readonly releases: readonly JudgedRelease[];
  readonly jobs: readonly JobSight[];
}

/** All that one look saw. */
export interface Sighting {
  readonly atMs: number;
  /** Each by its address; null: it gave no answer. */
  readonly dataPlanes: ReadonlyMap<string, PlaneCounts | null>;
  readonly parsers: ReadonlyMap<string, ParserState | null>;
  /** Age of the histories of each replica that is ready, in seconds; null: it does not know, or gave no answer. */
  readonly feedAges: ReadonlyMap<string, number | null>;
  /** Age of a probe that was put on the stream and is not servable yet, in seconds; undefined without a probe. */
  readonly probeSeconds: number | undefined;
  /** Null: Postgres gave no answer. */
  readonly rows: WatchedRows | null;
}

/** What a rule makes of the looks up to now. */
export type Finding =
  | { readonly kind: "good" }
  /** Nothing can be said, either way. */
  | { readonly kind: "unclear" }
  | {
      readonly kind: "bad";
      /** What is wrong, with its figures and its cause where that is known. */
      readonly what: string;
      readonly users: string;
      /** What the system does about it. */
      readonly done: string;
      /** The command to look, where that of its kind would not do. */
      readonly look?: string;
    };

export const GOOD: Finding = { kind: "good" };
export const UNCLEAR: Finding = { kind: "unclear" };
