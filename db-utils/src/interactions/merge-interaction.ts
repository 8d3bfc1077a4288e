/**
 * What is known of one (user, movie) pair. Times are milliseconds since 1970, UTC. The three fields of watching are
 * null together, and so are those of rating; one group at least is there.
 */
export interface InteractionState {
  readonly furthestMinute: number | null;
  readonly firstWatchedAtMs: number | null;
  readonly lastWatchedAtMs: number | null;
  /** Over the scale's maximum: in (0, 1]. */
  readonly rating: number | null;
  readonly ratedAtMs: number | null;
}

/**
 * Join two states of the same pair: the furthest minute, the first and the last time, the latest rating by event
 * time; of two ratings at the same time the higher one. Commutative, associative and idempotent (a join of a
 * semilattice), so that neither order nor repetition of events matters.
 *
 * What else a state carries (a raw rating) comes from the side whose rating won.
 */
export function mergeInteraction<State extends InteractionState>(left: State, right: State): State {
  const rated = hasLaterRating(right, left) ? right : left;
  return {
    ...rated,
    furthestMinute: pick(Math.max, left.furthestMinute, right.furthestMinute),
    firstWatchedAtMs: pick(Math.min, left.firstWatchedAtMs, right.firstWatchedAtMs),
    lastWatchedAtMs: pick(Math.max, left.lastWatchedAtMs, right.lastWatchedAtMs),
  };
}

function hasLaterRating(a: InteractionState, b: InteractionState): boolean {
  if (a.ratedAtMs === null || a.rating === null) return false;
  if (b.ratedAtMs === null || b.rating === null) return true;
  return a.ratedAtMs === b.ratedAtMs ? a.rating > b.rating : a.ratedAtMs > b.ratedAtMs;
}

function pick(
  choose: (a: number, b: number) => number,
  left: number | null,
  right: number | null,
): number | null {
  if (left === null) return right;
  return right === null ? left : choose(left, right);
}
