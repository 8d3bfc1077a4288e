import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import {
  type InteractionState,
  mergeInteraction,
} from "@canarec/db-utils/interactions/merge-interaction";
import type {
  RatingEvent,
  RecommendationEvent,
  StreamEvent,
  WatchEvent,
} from "../contract/event.ts";

const HOUR_MS = 3_600_000;

/** What a batch says about one user and one movie. */
export interface PairChange {
  readonly userId: number;
  readonly movieId: string;
  readonly state: PairState;
  /** One per hour of event time inside the window; most often one. */
  readonly hours: readonly WatchedHour[];
}

export interface PairState extends InteractionState {
  /** The rating as the platform sent it. */
  readonly ratingRaw: number | null;
}

export interface WatchedHour {
  /** The beginning of the hour, UTC. */
  readonly hourMs: number;
  readonly firstMinute: number;
  readonly lastMinute: number;
}

/** A batch of events with everything that one row can say said once. Does not depend on the order of the events. */
export interface CoalescedBatch {
  /** By user, then movie id: the order in which every writer takes its locks. */
  readonly pairs: readonly PairChange[];
  /** The earliest account line of each user. */
  readonly accounts: ReadonlyMap<number, number>;
  readonly recommendations: readonly RecommendationEvent[];
  /** Latest event time; null for a batch without events. */
  readonly highEventAtMs: number | null;
  /** Watch and rating lines that another one of the same pair made superfluous. */
  readonly superfluous: number;
  /** Watch lines whose hour is not kept any more, or not yet. */
  readonly outsideWindow: number;
}

export interface CoalesceOptions {
  /** Highest rating of the platform's scale. */
  readonly ratingMax: number;
  /** Hours kept per user and movie: those that begin in [fromMs, toMs). */
  readonly window: { readonly fromMs: number; readonly toMs: number };
}

interface MutablePair {
  readonly userId: number;
  readonly movieId: string;
  state: PairState;
  hours: WatchedHour[];
}

/** Fold a batch of events into what it changes, by mergeInteraction. */
export function coalesceEvents(
  events: Iterable<StreamEvent>,
  options: CoalesceOptions,
): CoalescedBatch {
  const pairs = new Map<string, Map<number, MutablePair>>();
  const accounts = new Map<number, number>();
  const recommendations: RecommendationEvent[] = [];
  let highEventAtMs = Number.NEGATIVE_INFINITY;
  let outsideWindow = 0;
  let pairEvents = 0;
  for (const event of events) {
    const isProbe = event.userId === PROBE_USER_ID;
    if (!isProbe && event.atMs > highEventAtMs) highEventAtMs = event.atMs;
    if (event.kind === "watch" || event.kind === "rating") pairEvents += 1;
    if (event.kind === "watch") {
      const pair = addState(pairs, event, watchedState(event));
      if (!addHour(pair, event, options.window)) outsideWindow += 1;
    } else if (event.kind === "rating") {
      addState(pairs, event, ratedState(event, options.ratingMax));
    } else if (event.kind === "account") {
      accounts.set(event.userId, Math.min(accounts.get(event.userId) ?? Infinity, event.atMs));
    } else {
      recommendations.push(event);
    }
  }
  const all = sorted(pairs);
  return {
    pairs: all,
    superfluous: pairEvents - all.length,
    accounts,
    recommendations,
    highEventAtMs: Number.isFinite(highEventAtMs) ? highEventAtMs : null,
    outsideWindow,
  };
}

function watchedState(event: WatchEvent): PairState {
  return {
    furthestMinute: event.minute,
    firstWatchedAtMs: event.atMs,
    lastWatchedAtMs: event.atMs,
    rating: null,
    ratedAtMs: null,
    ratingRaw: null,
  };
}

function ratedState(event: RatingEvent, ratingMax: number): PairState {
  return {
    furthestMinute: null,
    firstWatchedAtMs: null,
    lastWatchedAtMs: null,
    rating: event.rating / ratingMax,
    ratedAtMs: event.atMs,
    ratingRaw: event.rating,
  };
}

function addState(
  pairs: Map<string, Map<number, MutablePair>>,
  { movieId, userId }: WatchEvent | RatingEvent,
  state: PairState,
): MutablePair {
  let byUser = pairs.get(movieId);
  if (byUser === undefined) pairs.set(movieId, (byUser = new Map<number, MutablePair>()));
  let pair = byUser.get(userId);
  if (pair === undefined) {
    pair = { userId, movieId, state, hours: [] };
    byUser.set(userId, pair);
  } else {
    pair.state = mergeInteraction(pair.state, state);
  }
  return pair;
}

/** @returns false when the hour is outside the window. */
function addHour(
  pair: MutablePair,
  { atMs, minute }: WatchEvent,
  { fromMs, toMs }: CoalesceOptions["window"],
): boolean {
  const hourMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
  if (hourMs < fromMs || hourMs >= toMs) return false;
  const index = pair.hours.findIndex((hour) => hour.hourMs === hourMs);
  const known = pair.hours[index];
  if (known === undefined) {
    pair.hours.push({ hourMs, firstMinute: minute, lastMinute: minute });
  } else {
    pair.hours[index] = {
      hourMs,
      firstMinute: Math.min(known.firstMinute, minute),
      lastMinute: Math.max(known.lastMinute, minute),
    };
  }
  return true;
}

function sorted(pairs: Map<string, Map<number, MutablePair>>): PairChange[] {
  const all: PairChange[] = [];
  for (const byUser of pairs.values()) all.push(...byUser.values());
  return all.sort((a, b) => a.userId - b.userId || (a.movieId < b.movieId ? -1 : 1));
}
