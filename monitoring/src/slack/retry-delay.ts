import { type Backoff, backoffMs } from "@canarec/service-kit/backoff";

/** Why a notice did not arrive. */
export interface NoticeFailure {
  /** HTTP status; undefined if there was no answer. */
  readonly status: number | undefined;
  /** Of `Retry-After`, where there was one. */
  readonly retryAfterSeconds: number | undefined;
}

/** Over about a quarter of an hour; longer outages are Slack's news, not ours. */
const MOST_ATTEMPTS = 8;
const BACKOFF: Backoff = { baseMs: 2_000, maxMs: 240_000 };

/** Waiting longer than this for a rate limit would make old news of it. */
const MOST_WAIT_MS = 300_000;

/**
 * How long to wait before a notice is sent again; "give_up" if that is no use: after eight
 * attempts, or when Slack says that the address or the message is wrong.
 *
 * @param attempts made so far, from 1.
 * @param random uniform in [0, 1).
 */
export function retryDelayMs(
  failure: NoticeFailure,
  attempts: number,
  random: () => number,
): number | "give_up" {
  const { status, retryAfterSeconds } = failure;
  const refused = status !== undefined && status >= 400 && status < 500 && status !== 429;
  if (refused || attempts >= MOST_ATTEMPTS) return "give_up";
  if (status === 429 && retryAfterSeconds !== undefined) {
    return Math.min(MOST_WAIT_MS, retryAfterSeconds * 1_000);
  }
  return backoffMs(attempts - 1, BACKOFF, random);
}
