/** Every reason for which a message is no event. Closed: metrics and tables use them as labels. */
export const REJECTION_REASONS = [
  "null_value", // the Kafka message has no value
  "empty_line",
  "too_long",
  "bad_encoding", // not UTF-8
  "nul_byte", // Postgres cannot store it
  "bad_shape", // fewer than three fields
  "bad_time", // not a LocalDateTime, or no such day
  "time_too_early",
  "time_in_future", // beyond the message's own timestamp
  "bad_user", // not a decimal non-negative integer
  "user_out_of_range", // beyond 53 bits
  "unknown_request",
  "bad_movie", // empty, or with control characters
  "movie_too_long",
  "bad_minute",
  "minute_out_of_range",
  "bad_rating",
  "rating_out_of_range", // outside the scale, or no multiple of one half
  "bad_recommendation",
  "bad_exposure", // on the topic of exposures: not one of version 1
  "unstorable", // Postgres refused what parsing let pass: a gap in the rules above
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

export interface Rejection {
  readonly kind: "rejected";
  readonly reason: RejectionReason;
}

const REJECTIONS = new Map(
  REJECTION_REASONS.map((reason) => [reason, { kind: "rejected", reason } as const]),
);

export function rejection(reason: RejectionReason): Rejection {
  return REJECTIONS.get(reason) ?? { kind: "rejected", reason };
}

export function isRejection(outcome: object): outcome is Rejection {
  return "kind" in outcome && outcome.kind === "rejected";
}
