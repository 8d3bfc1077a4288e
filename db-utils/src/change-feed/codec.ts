import { ServiceError } from "@canarec/service-kit/errors";
import type { InteractionState } from "../interactions/merge-interaction.ts";

/** The state of one interaction after a transaction: merging it is right in any order, any number of times. */
export interface InteractionChange extends InteractionState {
  readonly userId: number;
  readonly movieKey: number;
}

/** Postgres takes less than 8,000 bytes in one notification. */
export const PAYLOAD_BYTES = 7_900;

const FIELDS = 7;

/** Changes as JSON arrays `[[user, movie, furthest minute, first, last, rating, rated at], …]`, cut to what fits. */
export function encodeChanges(changes: Iterable<InteractionChange>): string[] {
  return packed(changes, (change) =>
    JSON.stringify([
      change.userId,
      change.movieKey,
      change.furthestMinute,
      change.firstWatchedAtMs,
      change.lastWatchedAtMs,
      change.rating,
      change.ratedAtMs,
    ]),
  );
}

/** @throws ServiceError "invalid_argument" when the payload is not one of `encodeChanges`. */
export function decodeChanges(payload: string): InteractionChange[] {
  return parseArray(payload).map(changeFromRow);
}

/** Movie keys or user ids as JSON arrays, cut to what fits. */
export function encodeKeys(keys: Iterable<number>): string[] {
  return packed(keys, String);
}

/** @throws ServiceError "invalid_argument" when the payload is not one of `encodeKeys`. */
export function decodeKeys(payload: string): number[] {
  const keys = parseArray(payload);
  if (!keys.every((key) => Number.isSafeInteger(key))) throw malformed();
  return keys as number[];
}

function packed<T>(values: Iterable<T>, encode: (value: T) => string): string[] {
  const payloads: string[] = [];
  let parts: string[] = [];
  let bytes = 2; // the brackets
  for (const value of values) {
    const part = encode(value); // digits and punctuation alone: a character is a byte
    if (parts.length > 0 && bytes + part.length + 1 > PAYLOAD_BYTES) {
      payloads.push(`[${parts.join(",")}]`);
      parts = [];
      bytes = 2;
    }
    parts.push(part);
    bytes += part.length + 1;
  }
  if (parts.length > 0) payloads.push(`[${parts.join(",")}]`);
  return payloads;
}

function parseArray(payload: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    throw malformed();
  }
  if (!Array.isArray(parsed)) throw malformed();
  return parsed;
}

function changeFromRow(row: unknown): InteractionChange {
  if (!Array.isArray(row) || row.length !== FIELDS) throw malformed();
  const [userId, movieKey, furthestMinute, firstWatchedAtMs, lastWatchedAtMs, rating, ratedAtMs] =
    row as unknown[];
  if (!Number.isSafeInteger(userId) || !Number.isSafeInteger(movieKey)) throw malformed();
  return {
    userId: userId as number,
    movieKey: movieKey as number,
    furthestMinute: numberOrNull(furthestMinute),
    firstWatchedAtMs: numberOrNull(firstWatchedAtMs),
    lastWatchedAtMs: numberOrNull(lastWatchedAtMs),
    rating: numberOrNull(rating),
    ratedAtMs: numberOrNull(ratedAtMs),
  };
}

function numberOrNull(value: unknown): number | null {
  if (value === null || typeof value === "number") return value;
  throw malformed();
}

function malformed(): ServiceError {
  return new ServiceError("invalid_argument", "not a payload of the change feed");
}
