import type { Notice } from "@canarec/db-utils/notices/notice-repository";
import { noticeText, utcTime } from "@canarec/service-kit/notice-text";
import type { TroubleKind } from "./limits.ts";
import type { Finding } from "./sighting.ts";

const WORDS: Readonly<Record<TroubleKind, { readonly over: string; readonly look: string }>> = {
  availability: { over: "Users get lists from replicas again", look: "canarec release status" },
  stream: { over: "The stream is written again", look: "canarec stream status" },
  lag: { over: "The stream is worked off", look: "canarec stream status" },
  freshness: { over: "Lists are up to date again", look: "canarec stream status" },
  restarts: { over: "No replica has ended for ten minutes", look: "canarec release status" },
  "no-verdict": { over: "Releases are judged again", look: "canarec release status" },
  "job-late": { over: "The job has succeeded again", look: "canarec jobs" },
};

/** Something that was told, or is to be. */
export interface NamedTrouble {
  readonly trouble: string;
  readonly kind: TroubleKind;
}

/** The message of a beginning. @param sinceMs when it was first seen. */
export function beginNotice(
  { trouble, kind }: NamedTrouble,
  finding: Extract<Finding, { kind: "bad" }>,
  sinceMs: number,
): Notice {
  const since = new Date(sinceMs);
  return {
    key: `trouble-${trouble}-begins-${since.toISOString()}`,
    kind: "trouble",
    text: noticeText({ ...finding, since, look: finding.look ?? lookOf(trouble, kind) }),
  };
}

/** The message of an end. */
export function endNotice(
  { trouble, kind }: NamedTrouble,
  {
    sinceMs,
    nowMs,
    what,
  }: { readonly sinceMs: number; readonly nowMs: number; readonly what: string },
): Notice {
  const since = new Date(sinceMs);
  const job = trouble.split(":")[1];
  const over = job === undefined ? WORDS[kind].over : `Job ${job} has succeeded again`;
  return {
    key: `trouble-${trouble}-ends-${since.toISOString()}`,
    kind: "trouble",
    text: noticeText({
      what: `Over: ${over}`,
      users: "none any longer",
      since: new Date(nowMs),
      done: `it lasted ${lasted(nowMs - sinceMs)}, from ${utcTime(since)} on: ${what}`,
      look: lookOf(trouble, kind),
    }),
  };
}

function lookOf(trouble: string, kind: TroubleKind): string {
  const job = trouble.split(":")[1];
  return job === undefined ? WORDS[kind].look : `${WORDS[kind].look} ${job}`;
}

function lasted(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
