import type { AttemptError, ExposureReason, Track } from "@canarec/load-balancer/contract/exposure";

/** Movies that a full answer holds. */
export const LIST_LENGTH = 20;

/** Clocks of the platform and of the load balancer, and the way between them. */
export const CLOCK_TOLERANCE_MS = 1_000;

/** Of an exposure, what the analysis needs, joined with the platform's line about it. */
export interface AnalysedExposure {
  readonly userId: number;
  readonly atMs: number;
  readonly assigned: Track;
  readonly step: number;
  readonly snapshotVersion: number;
  readonly status: number;
  readonly reason: ExposureReason;
  /** Of the first attempt, which is always on the assigned track; null if it had no error, or there was none. */
  readonly firstError: AttemptError | null;
  readonly firstMs: number | null;
  readonly latencyUs: number;
  readonly personalised: boolean;
  /** Best first. */
  readonly list: readonly string[];
  /**
   * Whether the platform says that it gave this list to this user at that time, with status 200; null
   * where the platform's lines did not flow at that time.
   */
  readonly matched: boolean | null;
}

/** An answer that a user saw: confirmed by the platform, or ours alone while the platform logs none. */
export function wasShown({ status, list, matched }: AnalysedExposure): boolean {
  return status === 200 && list.length > 0 && matched !== false;
}

/** The failures that are guarded, each first attempt in one class at most. */
export type FailureClass = "errors" | "deadline" | "lists";

/**
 * How the first attempt failed, whatever was done about it afterwards.
 *
 * - `deadline`: no complete answer within the deadline, or outrun by a second attempt
 * - `lists`: an answer that is no list, or one of fewer than 20 movies
 * - `errors`: anything else
 *
 * @returns undefined for a good one.
 */
export function failureClass(
  exposure: AnalysedExposure,
  deadlineMs: number,
): FailureClass | undefined {
  const { firstError, firstMs, reason } = exposure;
  if (firstError === "timeout" || firstError === "outrun") return "deadline";
  if (firstError === "invalid_answer") return "lists";
  if (firstError !== null && firstError !== "client_closed") return "errors";
  if (reason === "unanswered" || reason === "fallback_list") return "errors";
  if (firstMs !== null && firstMs > deadlineMs) return "deadline";
  if (reason !== "ok") return undefined;
  if (exposure.latencyUs > deadlineMs * 1_000) return "deadline";
  return exposure.list.length < LIST_LENGTH ? "lists" : undefined;
}

/** A client that went away first says nothing about a build. */
export function isRequest({ reason }: AnalysedExposure): boolean {
  return reason !== "client_closed";
}

/** Whether another than the assigned track answered, or nobody. */
export function fellBack({ reason }: AnalysedExposure): boolean {
  return reason === "cross_track" || reason === "fallback_list" || reason === "unanswered";
}
