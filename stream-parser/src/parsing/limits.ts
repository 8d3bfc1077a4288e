import { UTC, type Zone } from "../contract/zone.ts";

/** What a deployment's platform may send. Configuration, never constants of the parser. */
export interface StreamLimits {
  /** The zone of the platform's clock, which its lines leave out. */
  readonly zone: Zone;
  /** Highest rating: 5, or 10 for newer platforms. */
  readonly ratingMax: number;
  /** Highest minute of a movie. */
  readonly maxMinute: number;
  /** Longest line, in bytes. */
  readonly maxLineBytes: number;
  /** Earliest event time, epoch milliseconds. */
  readonly earliestMs: number;
  /** How far an event may lie after its Kafka message's own timestamp. */
  readonly maxAheadMs: number;
}

/**
 * - 1,440 minutes are a day, longer than any movie of the platform;
 * - 32 KiB hold 100 movie ids of 256 bytes and a Java stack trace;
 * - a day ahead forgives a platform whose zone is configured wrongly, and no more.
 */
export const DEFAULT_LIMITS: StreamLimits = {
  zone: UTC,
  ratingMax: 5,
  maxMinute: 1_440,
  maxLineBytes: 32_768,
  earliestMs: 0,
  maxAheadMs: 86_400_000,
};

/** Latest time of any event, also where a message carries no timestamp: the end of the year 2199. */
export const LATEST_MS = 7_258_118_399_999;
