import type { InteractionState } from "./merge-interaction.ts";

/** One interaction of a known user. */
export interface HistoryEntry extends InteractionState {
  readonly movieKey: number;
}

/** Bytes of one interaction in what the database's function `interaction_history` returns; the layout stands there. */
const ENTRY_BYTES = 36;

/** Postgres counts microseconds from 2000-01-01, UTC. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** The upper half of '-infinity', the least 64-bit integer: no time. */
const NO_TIME_HIGH = -(2 ** 31);

/** Ratings are twentieths of the scale; single precision does not hold those exactly. */
const RATING_UNITS = 20;

/** A user's interactions from their packed form, in no particular order. Null, as for an unknown user: none. */
export function decodeHistory(packed: Buffer | null): HistoryEntry[] {
  if (packed === null) return [];
  const entries: HistoryEntry[] = [];
  for (let at = 0; at + ENTRY_BYTES <= packed.length; at += ENTRY_BYTES) {
    entries.push({
      movieKey: packed.readInt32BE(at),
      furthestMinute: orNull(packed.readInt32BE(at + 4)),
      firstWatchedAtMs: timeAt(packed, at + 8),
      lastWatchedAtMs: timeAt(packed, at + 16),
      rating: ratingFrom(packed.readFloatBE(at + 24)),
      ratedAtMs: timeAt(packed, at + 28),
    });
  }
  return entries;
}

function orNull(value: number): number | null {
  return value < 0 ? null : value;
}

function ratingFrom(value: number): number | null {
  return value < 0 ? null : Math.round(value * RATING_UNITS) / RATING_UNITS;
}

function timeAt(packed: Buffer, at: number): number | null {
  const high = packed.readInt32BE(at);
  if (high === NO_TIME_HIGH) return null;
  const microseconds = high * 2 ** 32 + packed.readUInt32BE(at + 4);
  return POSTGRES_EPOCH_MS + Math.floor(microseconds / 1000);
}
