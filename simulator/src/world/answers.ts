/** What the recommender answered to one request. */
export interface Answer {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Best first; empty unless the status is 200. */
  readonly movieIds: readonly string[];
  /** What the platform logs in the list's place; null when the status is 200. */
  readonly error: string | null;
  readonly ms: number;
}

/** A user waits for recommendations. */
export interface RecommendationRequest {
  readonly atMs: number;
  readonly userId: number;
}
