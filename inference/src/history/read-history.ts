import type { HistoryEntry } from "@canarec/db-utils/interactions/decode-history";
import { type PackedHistory, STRIDE } from "../retrieval/packed-history.ts";
import { rowOf } from "./merge-change.ts";

/** A history as the database gives it, in any order, packed. */
export function packHistory(entries: readonly HistoryEntry[]): PackedHistory {
  const history = new Float64Array(entries.length * STRIDE);
  entries
    .toSorted((a, b) => a.movieKey - b.movieKey)
    .forEach((entry, row) => {
      history.set(rowOf(entry.movieKey, entry), row * STRIDE);
    });
  return history;
}
