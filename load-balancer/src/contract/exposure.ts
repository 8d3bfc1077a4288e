import { z } from "zod";

/** The wire version of an exposure. A change that old readers cannot follow gets a new one. */
export const EXPOSURE_VERSION = 1;

/** Where a build serves. */
export const Track = z.enum(["main", "nightly"]);
export type Track = z.output<typeof Track>;

/** Who really answered; `none` is the load balancer itself. */
export const Served = z.enum(["main", "nightly", "none"]);
export type Served = z.output<typeof Served>;

/**
 * How the answer came about. A closed set: analysis branches on it.
 *
 * - `ok`: the assigned track, at the first attempt
 * - `retried`: the assigned track, at the second attempt
 * - `hedged`: the assigned track, by a second request sent while the first was still out
 * - `cross_track`: main, because nightly, which the user is assigned to, could not in time
 * - `fallback_list`: the load balancer's own copy of the popular list, because no replica could
 * - `unanswered`: nobody; the client got an error
 * - `client_closed`: nobody; the client went away first
 */
export const ExposureReason = z.enum([
  "ok",
  "retried",
  "hedged",
  "cross_track",
  "fallback_list",
  "unanswered",
  "client_closed",
]);
export type ExposureReason = z.output<typeof ExposureReason>;

/**
 * Why an attempt failed. Absent for one that succeeded.
 *
 * - `no_replica`: the track had no replica to try; nothing was sent
 * - `overloaded`: every replica was at its cap and the queue full or too slow; nothing was sent
 * - `refused`: the connection was refused
 * - `reset`: the connection broke before the answer was complete
 * - `timeout`: no connection, or no complete answer, in time
 * - `server_error`: an answer with a status of 500 or more
 * - `invalid_answer`: a status of 200 with something that is no list of movies
 * - `outrun`: no answer by the time another attempt had one. Of a first attempt this is a failure: it
 *   had been out for longer than usual, or there would have been no other
 * - `client_closed`: given up because the client went away
 */
export const AttemptError = z.enum([
  "no_replica",
  "overloaded",
  "refused",
  "reset",
  "timeout",
  "server_error",
  "invalid_answer",
  "outrun",
  "client_closed",
]);
export type AttemptError = z.output<typeof AttemptError>;

/** One try at one replica, in the order in which they were begun. */
export const ExposureAttempt = z.object({
  /** The replica's name; null if none could be tried. */
  replica: z.string().max(256).nullable(),
  /** HTTP status; null if there was no answer. */
  status: z.int().min(100).max(999).nullable(),
  /** From the begin of the attempt to its end. */
  ms: z.number().nonnegative(),
  error: AttemptError.optional(),
});
export type ExposureAttempt = z.output<typeof ExposureAttempt>;

/**
 * One answer given to one user: a JSON value on the exposure topic, keyed by the user id.
 *
 * Delivered at least once; (`at`, `requestId`) tells copies apart from new answers.
 */
export const Exposure = z.object({
  v: z.literal(EXPOSURE_VERSION),
  requestId: z.string().min(1).max(128),
  /** When the answer was complete: ISO 8601, UTC, milliseconds. */
  at: z.iso.datetime({ precision: 3 }),
  /** A non-negative 53-bit integer. */
  userId: z.int().nonnegative(),
  assigned: Track,
  served: Served,
  reason: ExposureReason,
  /** Version of the routing snapshot that decided. */
  snapshotVersion: z.int().nonnegative(),
  /** Step of the rollout's plan; 0 while no release is under way. */
  step: z.int().nonnegative(),
  /** The release that nightly serves; null while none is under way. */
  releaseId: z.int().positive().nullable().default(null),
  /** Null where no replica answered. */
  build: z.string().max(256).nullable(),
  bundle: z.string().max(256).nullable(),
  replica: z.string().max(256).nullable(),
  attempts: z.array(ExposureAttempt).max(8),
  /** The HTTP status that the client got; 499 if it went away first. */
  status: z.int().min(100).max(999),
  /** Movie ids, best first; empty if none were given. */
  list: z.array(z.string().max(256)).max(100),
  /** From the arrival of the request to the last byte of the answer, in microseconds. */
  latencyUs: z.int().nonnegative(),
  /** False for popular lists, whoever gave them. */
  personalised: z.boolean(),
  /** Probability with which each movie got its place, in list order; null for a list without chance. */
  propensities: z.array(z.number().min(0).max(1)).max(100).nullable(),
  /** The user was put on a track by an operator, and is left out of the analysis. */
  pinned: z.boolean(),
});
export type Exposure = z.output<typeof Exposure>;
