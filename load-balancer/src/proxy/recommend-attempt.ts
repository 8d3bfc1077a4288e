import type { AttemptError, Exposure, ExposureReason } from "../contract/exposure.ts";
import type { FirstAttemptResult } from "../metrics.ts";
import type { Replica } from "../replicas/replica.ts";
import type { TrackPool } from "../replicas/track-pool.ts";
import type { Exchange } from "./exchange.ts";
import type { AnswerHeader } from "./internal-header.ts";

/** Movies that the platform asks for; the copy of the popular list answers with as many. */
export const LIST_LENGTH = 20;

/** One try at one replica. */
export interface Attempt {
  readonly replica: Replica;
  /** Of the replica's track at that time. */
  readonly pool: TrackPool;
  readonly startedMs: number;
  readonly exchange: Exchange;
  /** Sent because another was slow, not because another had failed. */
  readonly hedge: boolean;
  ended?: { readonly ms: number; readonly status: number | null; readonly error?: AttemptError };
}

/** A track that could not even be asked. */
export interface Unsent {
  readonly unsent: AttemptError;
}

/** What was answered, and by whom. */
export interface Answer {
  readonly reason: ExposureReason;
  readonly served: Exposure["served"];
  readonly status: number;
  readonly list: readonly string[];
  readonly replica: string | null;
  readonly internal: AnswerHeader | undefined;
}

/** What was begun, as an exposure tells it. */
export function attemptRecords(begun: readonly (Attempt | Unsent)[]): Exposure["attempts"] {
  return begun.map((one) => {
    if ("unsent" in one) return { replica: null, status: null, ms: 0, error: one.unsent };
    const { replica, ended } = one;
    return {
      replica: replica.name,
      status: ended?.status ?? null,
      ms: Math.round((ended?.ms ?? 0) * 100) / 100,
      ...(ended?.error !== undefined && { error: ended.error }),
    };
  });
}

/** How the first attempt ended; undefined where the client went away: an answer that nobody waited for tells nothing. */
export function firstAttemptOf(
  [first]: readonly (Attempt | Unsent)[],
  { reason, list }: Pick<Answer, "reason" | "list">,
): FirstAttemptResult | undefined {
  if (first === undefined || reason === "client_closed") return undefined;
  const error = "unsent" in first ? first.unsent : first.ended?.error;
  return error ?? (list.length < LIST_LENGTH ? "short_list" : "ok");
}

/** Whether a first attempt failed, whatever its list; undefined where nobody knows. */
export function hasFailed(result: FirstAttemptResult | undefined): boolean | undefined {
  return result === undefined ? undefined : result !== "ok" && result !== "short_list";
}
