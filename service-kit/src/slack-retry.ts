import { z } from "zod";
import { type Backoff, backoffMs } from "./backoff.ts";

/** Why a message did not reach Slack. */
export interface NoticeFailure {
  /** HTTP status; undefined if there was no answer. */
  readonly status: number | undefined;
  /** Of `Retry-After`, where there was one. */
  readonly retryAfterSeconds: number | undefined;
}

const BACKOFF: Backoff = { baseMs: 2_000, maxMs: 240_000 };

/** A rate limit that asks for more is asked again after so long. */
const MOST_WAIT_MS = 300_000;

/** What a try of a message was. */
export interface FailedTry extends NoticeFailure {
  /** Made so far, from 1. */
  readonly attempts: number;
  /** After so many nobody tries any more. */
  readonly mostAttempts: number;
}

/**
 * How long to wait before a message is sent again; "give_up" if that is no use: after the most attempts,
 * or when Slack says that the address or the message is wrong.
 *
 * @param random uniform in [0, 1).
 */
export function retryDelayMs(failed: FailedTry, random: () => number): number | "give_up" {
  const { status, retryAfterSeconds, attempts, mostAttempts } = failed;
  const refused = status !== undefined && status >= 400 && status < 500 && status !== 429;
  if (refused || attempts >= mostAttempts) return "give_up";
  if (status === 429 && retryAfterSeconds !== undefined) {
    return Math.min(MOST_WAIT_MS, retryAfterSeconds * 1_000);
  }
  return backoffMs(attempts - 1, BACKOFF, random);
}

/** What the client's error carries of the answer. */
const WithResponse = z.object({
  original: z.object({
    response: z.object({
      status: z.number(),
      headers: z.object({
        "retry-after": z.coerce.number().nonnegative().optional().catch(undefined),
      }),
    }),
  }),
});

/** What an error of the Slack client tells. */
export function slackFailureOf(error: unknown): NoticeFailure {
  const response = WithResponse.safeParse(error).data?.original.response;
  return { status: response?.status, retryAfterSeconds: response?.headers["retry-after"] };
}

/**
 * A time limit as an option of Slack's client, which copies those that can be listed into every message: this one cannot.
 *
 * @param timeoutMs of one try.
 */
export function unlistedTimeout(timeoutMs: number): { readonly timeout: number } {
  return Object.defineProperty({ timeout: timeoutMs }, "timeout", { enumerable: false });
}

/** A text as Slack shows it, letter by letter: nothing in it is a mention, a link or markup of its own. */
export function slackText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
