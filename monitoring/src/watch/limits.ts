/** From when on something is a trouble, and no longer one. Times are milliseconds unless their name says seconds. */
export interface WatchLimits {
  readonly availability: {
    readonly windowMs: number;
    /** Fewer answers say nothing. */
    readonly leastAnswers: number;
    /** Share of bad answers that is a trouble, and that is none. */
    readonly badShare: number;
    readonly goodShare: number;
  };
  readonly stream: {
    /** Messages wait, and none was written for so long. */
    readonly standsMs: number;
  };
  readonly lag: { readonly badSeconds: number; readonly goodSeconds: number };
  readonly freshness: { readonly badSeconds: number; readonly goodSeconds: number };
  readonly restarts: {
    readonly windowMs: number;
    readonly failures: number;
  };
  readonly jobs: { readonly marginMs: number };
  /** How long something must be bad without a break before it is told, and good before its end is. */
  readonly holds: Readonly<
    Record<TroubleKind, { readonly beginMs: number; readonly endMs: number }>
  >;
}

/** What is watched. */
export const TROUBLE_KINDS = [
  "availability",
  "stream",
  "lag",
  "freshness",
  "restarts",
  "no-verdict",
  "job-late",
] as const;
export type TroubleKind = (typeof TROUBLE_KINDS)[number];

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const WATCH_LIMITS: WatchLimits = {
  // The objective is 99 %: five times its budget burns a month's in six days, and is seen in seconds.
  availability: { windowMs: MINUTE, leastAnswers: 20, badShare: 0.05, goodShare: 0.01 },
  stream: { standsMs: 30 * SECOND },
  // The design promises an event in lists within a second; a minute is what users begin to feel.
  lag: { badSeconds: 60, goodSeconds: 10 },
  freshness: { badSeconds: 30, goodSeconds: 5 },
  restarts: { windowMs: 10 * MINUTE, failures: 3 },
  jobs: { marginMs: 10 * MINUTE },
  holds: {
    availability: { beginMs: 10 * SECOND, endMs: 30 * SECOND },
    // A restart, and a rebalance after a kill, take less.
    stream: { beginMs: 20 * SECOND, endMs: 10 * SECOND },
    lag: { beginMs: 15 * SECOND, endMs: 30 * SECOND },
    freshness: { beginMs: 15 * SECOND, endMs: 15 * SECOND },
    restarts: { beginMs: 0, endMs: 0 },
    "no-verdict": { beginMs: 0, endMs: 0 },
    "job-late": { beginMs: 0, endMs: 0 },
  },
};
