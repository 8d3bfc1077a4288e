import type { StreamEvent } from "../contract/event.ts";
import { parseLocalTime } from "../contract/local-time.ts";
import { decodeText } from "./decode-text.ts";
import { LATEST_MS, type StreamLimits } from "./limits.ts";
import { parseWhole } from "./parse-number.ts";
import { parseRequest } from "./parse-request.ts";
import { type Rejection, rejection } from "./rejection.ts";

/**
 * One Kafka message of the platform's stream as an event, or why it is none. Total: never throws.
 *
 * @param value the message's bytes; null for a message without value.
 * @param timestampMs the message's own timestamp, negative where it has none. "In the future" is measured from it
 * and not from a clock, so that a replay decides alike.
 */
export function parseLine(
  value: Uint8Array | null,
  timestampMs: number,
  limits: StreamLimits,
): StreamEvent | Rejection {
  if (value === null) return rejection("null_value");
  const line = decodeText(value, limits.maxLineBytes);
  if (typeof line !== "string") return line;
  const afterTime = line.indexOf(",");
  const afterUser = line.indexOf(",", afterTime + 1);
  if (afterTime < 0 || afterUser < 0) return rejection("bad_shape");

  const localMs = parseLocalTime(line.slice(0, afterTime));
  if (Number.isNaN(localMs)) return rejection("bad_time");
  const atMs = limits.zone.toEpochMs(localMs);
  if (atMs < limits.earliestMs) return rejection("time_too_early");
  if (atMs > latestMs(timestampMs, limits)) return rejection("time_in_future");

  const userId = parseWhole(line.slice(afterTime + 1, afterUser));
  if (Number.isNaN(userId)) return rejection("bad_user");
  if (userId === Number.POSITIVE_INFINITY) return rejection("user_out_of_range");
  return parseRequest({ atMs, userId }, line.slice(afterUser + 1), limits);
}

function latestMs(timestampMs: number, limits: StreamLimits): number {
  return timestampMs < 0 ? LATEST_MS : Math.min(LATEST_MS, timestampMs + limits.maxAheadMs);
}
