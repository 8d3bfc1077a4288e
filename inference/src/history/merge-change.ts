import {
  type InteractionState,
  mergeInteraction,
} from "@canarec/db-utils/interactions/merge-interaction";
import {
  FIRST_WATCHED_AT,
  FURTHEST_MINUTE,
  LAST_WATCHED_AT,
  type PackedHistory,
  RATED_AT,
  RATING,
  STRIDE,
  findRow,
  withRow,
} from "../retrieval/packed-history.ts";

/**
 * Merge a change into a history: in place where the movie has a row, which most changes are about, for
 * a copy of the whole with each minute that somebody watches would be what the collector of garbage
 * works for most.
 *
 * @returns the history, a longer one where the movie is new; undefined where the change says nothing new.
 */
export function mergeChange(
  history: PackedHistory,
  change: InteractionState & { readonly movieKey: number },
): PackedHistory | undefined {
  const row = findRow(history, change.movieKey);
  if (row < 0) return withRow(history, rowOf(change.movieKey, change));
  const merged = mergeInteraction<InteractionState>(stateAt(history, row), change);
  const packed = rowOf(change.movieKey, merged);
  if (packed.every((value, place) => Object.is(value, history[row * STRIDE + place]))) {
    return undefined;
  }
  history.set(packed, row * STRIDE);
  return history;
}

/** An interaction as a row of a packed history. */
export function rowOf(movieKey: number, state: InteractionState): number[] {
  return [
    movieKey,
    state.furthestMinute ?? NaN,
    state.firstWatchedAtMs ?? NaN,
    state.lastWatchedAtMs ?? NaN,
    state.rating ?? NaN,
    state.ratedAtMs ?? NaN,
  ];
}

function stateAt(history: PackedHistory, row: number): InteractionState {
  const at = (place: number) => {
    const value = history[row * STRIDE + place];
    return value === undefined || Number.isNaN(value) ? null : value;
  };
  return {
    furthestMinute: at(FURTHEST_MINUTE),
    firstWatchedAtMs: at(FIRST_WATCHED_AT),
    lastWatchedAtMs: at(LAST_WATCHED_AT),
    rating: at(RATING),
    ratedAtMs: at(RATED_AT),
  };
}
