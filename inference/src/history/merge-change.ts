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

/** The history with a change merged into it; the very same where the change says nothing new. */
export function withChange(
  history: PackedHistory,
  change: InteractionState & { readonly movieKey: number },
): PackedHistory {
  const row = findRow(history, change.movieKey);
  const merged =
    row < 0 ? change : mergeInteraction<InteractionState>(stateAt(history, row), change);
  const packed = rowOf(change.movieKey, merged);
  if (row >= 0 && packed.every((value, place) => Object.is(value, history[row * STRIDE + place]))) {
    return history;
  }
  return withRow(history, packed);
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
