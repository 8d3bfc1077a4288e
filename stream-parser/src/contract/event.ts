/** A user was still watching at this minute of a movie. One line a minute. */
export interface WatchEvent {
  readonly kind: "watch";
  readonly atMs: number;
  readonly userId: number;
  readonly movieId: string;
  /** Minute of the movie, from 0. */
  readonly minute: number;
}

export interface RatingEvent {
  readonly kind: "rating";
  readonly atMs: number;
  readonly userId: number;
  readonly movieId: string;
  /** As sent: a multiple of one half, on the platform's scale. */
  readonly rating: number;
}

export interface AccountEvent {
  readonly kind: "account";
  readonly atMs: number;
  readonly userId: number;
}

/** What the platform says that it showed to a user, or why it showed nothing. */
export interface RecommendationEvent {
  readonly kind: "recommendation";
  readonly atMs: number;
  readonly userId: number;
  readonly server: string;
  /** HTTP status; 0 when no answer came in time. */
  readonly status: number;
  /** Best first; empty unless the status is 200. */
  readonly movieIds: readonly string[];
  /** The platform's text when the status is not 200. */
  readonly error: string | null;
  readonly ms: number;
}

/** One line of the platform's stream. Times are epoch milliseconds; finer digits are cut. */
export type StreamEvent = WatchEvent | RatingEvent | AccountEvent | RecommendationEvent;
