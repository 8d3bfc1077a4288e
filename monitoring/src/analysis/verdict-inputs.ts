import { ReleasePlan } from "@canarec/load-balancer/contract/release-plan";
import { z } from "zod";
import { METRICS } from "./metrics.ts";

const Count = z.int().nonnegative();
const At = z.iso.datetime();
const Whole = z.string().regex(/^(?:0|-?[1-9]\d*)$/);

/** Exact sums over users as decimal strings; see statistics/sufficient-sums. */
const Sums = z.object({
  n: Whole,
  s: Whole,
  k: Whole,
  x: Whole,
  ss: Whole,
  kk: Whole,
  xx: Whole,
  sk: Whole,
  sx: Whole,
  kx: Whole,
});

const TrackSums = z.object({ main: Sums, nightly: Sums });
export type TrackSums = z.output<typeof TrackSums>;

const Failures = z.object({ users: Count, failures: Count });

/** User-minutes with a failed first attempt, from the first minute with users on nightly. */
const RareFailures = z.object({
  main: Failures,
  nightly: Failures,
  /** State of the mixture at the plan's rate ratio: all that the evidence is a function of. */
  logRatios: z.array(z.number()),
  /** Greatest ln e after any minute so far. */
  highestLogE: z.number(),
});
export type RareFailures = z.output<typeof RareFailures>;

const Joined = z.object({ answers: Count, matched: Count, unlogged: Count });

/**
 * Everything that a verdict is made from, as JSON: whole numbers, sums as decimal strings, and the
 * extremes that earlier verdicts of the window reached.
 */
export const VerdictInputs = z.object({
  release: z.object({
    releaseId: z.int().positive(),
    window: z.int().positive(),
    /** Commit, or image digest. */
    code: z.string(),
    build: z.string(),
    bundleId: z.string().nullable(),
    salt: z.string().nullable(),
    planHash: z.string(),
  }),
  plan: ReleasePlan,
  /** The moment that the verdict is for. */
  at: At,
  /** The rollout waits for an operator, or for data: its clock stands. */
  onHold: z.boolean(),
  /** Null before the evaluation's step. */
  evaluation: z
    .object({
      startedAt: At,
      heldSeconds: z.number().nonnegative(),
      extended: z.boolean(),
      firstSnapshotVersion: Count,
    })
    .nullable(),
  /** From the traffic before the start: of both tracks at the first look, and information (1 / se²) at the last. */
  expectation: z
    .object({ users: z.number().positive(), information: z.number().positive() })
    .nullable(),
  /** Latest event times; null where nothing came yet. */
  sources: z.object({ exposures: At.nullable(), platform: At.nullable() }),
  /** Users first exposed before this are all in the sums; null while that is not known. */
  summedTo: At.nullable(),
  /** Answers of the last half hour, and those that the platform confirmed. */
  join: z.object({ main: Joined, nightly: Joined }),
  rare: z.object({ errors: RareFailures, deadline: RareFailures, lists: RareFailures }),
  /** Users at first exposure, by what they were counted in. */
  sampleRatio: z.array(
    z.object({ of: z.string(), weight: z.number().gt(0).lt(1), main: Count, nightly: Count }),
  ),
  crossOver: z.object({ users: Count, crossed: Count }),
  /** The primary metric of mature users by stratum of entry. */
  strata: z.array(TrackSums.extend({ stratum: Count })),
  /** All metrics of the users that the look judges; before a look, of all mature users. */
  totals: z.record(z.enum(METRICS), TrackSums),
  /** Over minutes of the evaluation: S nightly's and K main's different movies in equal samples. */
  variety: Sums,
  /** What the verdicts before this one saw. */
  past: z.object({
    /** Least p of each test that may be looked at any time. */
    lowestP: z.record(z.string(), z.number()),
    noDataSince: At.nullable(),
  }),
});
export type VerdictInputs = z.output<typeof VerdictInputs>;
