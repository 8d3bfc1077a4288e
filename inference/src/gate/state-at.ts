import type { HistoryEntry } from "@canarec/db-utils/interactions/decode-history";

const MINUTE_MS = 60_000;

/**
 * What was known of an interaction at a time, as far as its row still tells: a row holds the last state, not
 * the way there.
 *
 * Somebody who was watching then had watched at most as many minutes as had passed; a rating given later was
 * not known, nor any that it took the place of.
 *
 * @param atMs milliseconds since 1970; what happened then is known.
 * @returns undefined for an interaction that began later.
 */
export function stateAt(entry: HistoryEntry, atMs: number): HistoryEntry | undefined {
  const { firstWatchedAtMs: first, lastWatchedAtMs: last, ratedAtMs, furthestMinute } = entry;
  const isWatched = first !== null && first <= atMs;
  const isRated = ratedAtMs !== null && ratedAtMs <= atMs;
  if (!isWatched && !isRated) return undefined;
  const passed = isWatched ? Math.floor((atMs - first) / MINUTE_MS) : 0;
  const isOver = last !== null && last <= atMs;
  return {
    movieKey: entry.movieKey,
    furthestMinute:
      isWatched && furthestMinute !== null
        ? Math.min(furthestMinute, isOver ? furthestMinute : passed)
        : null,
    firstWatchedAtMs: isWatched ? first : null,
    lastWatchedAtMs: isWatched && last !== null ? Math.min(last, atMs) : null,
    rating: isRated ? entry.rating : null,
    ratedAtMs: isRated ? ratedAtMs : null,
  };
}
