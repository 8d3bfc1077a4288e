import type { RecommendationEvent, StreamEvent } from "@canarec/stream-parser/contract/event";
import type { Zone } from "@canarec/stream-parser/contract/zone";
import type { Answer, RecommendationRequest } from "./answers.ts";
import { firstMinuteDelayMs } from "./first-minute.ts";
import { inventMovie } from "./inventions.ts";
import { type Platform, type PlatformSettings, createPlatform } from "./platform.ts";
import { type Random, randomStream } from "./random.ts";
import type { Visit } from "./response.ts";
import { rhythm } from "./rhythm.ts";
import { SLOT_MS, createWatchers } from "./watchers.ts";

export interface WorldSettings extends PlatformSettings {
  /** The world's time at its start. */
  readonly startMs: number;
  readonly zone: Zone;
  /** The recommender's address as the platform logs it, `host:port`. */
  readonly server: string;
  /** Lines a second, the mean of a day. */
  readonly linesPerSecond: number;
  /** Nobody watches longer, so that as many lines are more visits; absent: as long as the movie. */
  readonly longestVisitMinutes?: number | undefined;
  /** Share by which the evening's peak lies above the mean, in [0, 1]. */
  readonly dailySwing: number;
  /** Highest rating: 5 or 10. */
  readonly ratingMax: number;
  readonly newUsersPerDay: number;
  readonly newMoviesPerDay: number;
}

export interface Step {
  /** In order of time. */
  readonly events: readonly StreamEvent[];
  /** Users who now wait for recommendations; each is to be settled by `answer`. */
  readonly requests: readonly RecommendationRequest[];
}

/** What became of an answer. */
export interface Outcome {
  /** The platform's log of it. */
  readonly event: RecommendationEvent;
  /** The truth: what the user will do, which the stream tells only minute by minute. */
  readonly visit: Visit;
}

/** The platform in time. It has no clock of its own: the caller says how far time went. */
export interface World {
  readonly platform: Platform;
  nowMs(): number;
  /** Users in the middle of a movie. */
  watching(): number;
  /** Let time go on. `toMs` before now changes nothing. */
  advance(toMs: number): Step;
  /** What a user who waited was answered; they go on with it. */
  answer(request: RecommendationRequest, answer: Answer, atMs: number): Outcome;
  /** Time went on, but nothing happened in it: watchers go on where they were. */
  skip(toMs: number): void;
}

/** Minutes that are watched in a visit, on average; measured with popular lists. */
const MINUTES_PER_VISIT = 90;

/** Of a visit, beside its minutes: one request, most times one rating. */
const OTHER_LINES_PER_VISIT = 1.7;

/** Visits of which movies are watched; measured with popular lists. */
const WATCHING_SHARE = 0.86;

/** A surplus or lack of watchers is made up within about this time. */
const RELAXATION_MS = 300_000;
const DAY_MS = 86_400_000;

/** How often a visit is tried with another user, when the one drawn is already here. */
const TRIES = 50;

/**
 * A world with as many users in the middle of a movie as its rate needs, so that the rate holds from
 * the first minute on.
 */
export function createWorld(settings: WorldSettings): World {
  const platform = createPlatform(settings);
  const watchers = createWatchers();
  const waiting = new Set<number>();
  const state: WorldState = {
    settings,
    platform,
    watchers,
    waiting,
    random: randomStream(settings.seed, "arrivals"),
    due: { visit: 1, account: 1, premiere: 1 },
    premieres: 0,
    nowMs: Math.floor(settings.startMs / SLOT_MS) * SLOT_MS,
  };
  warmUp(state);
  return {
    platform,
    nowMs: () => state.nowMs,
    watching: () => watchers.count(),
    advance: (toMs) => advance(state, toMs),
    answer(request, answer, atMs) {
      waiting.delete(request.userId);
      const { userId } = request;
      const visit = watchAfter(state, userId, { list: answer.movieIds, atMs });
      const { server } = settings;
      return { event: { kind: "recommendation", atMs, userId, server, ...answer }, visit };
    },
    skip(toMs) {
      state.nowMs = Math.max(state.nowMs, Math.floor(toMs / SLOT_MS) * SLOT_MS);
    },
  };
}

interface WorldState {
  readonly settings: WorldSettings;
  readonly platform: Platform;
  readonly watchers: ReturnType<typeof createWatchers>;
  /** Users whose request is not yet answered. */
  readonly waiting: Set<number>;
  readonly random: Random;
  /** How much of each Poisson process's unit-exponential wait is left. */
  readonly due: { visit: number; account: number; premiere: number };
  premieres: number;
  /** Start of the next slot. */
  nowMs: number;
}

function advance(state: WorldState, toMs: number): Step {
  const events: StreamEvent[] = [];
  const requests: RecommendationRequest[] = [];
  const ask = (userId: number, atMs: number) => {
    state.waiting.add(userId);
    requests.push({ userId, atMs });
  };
  for (; state.nowMs + SLOT_MS <= toMs; state.nowMs += SLOT_MS) {
    const atMs = state.nowMs;
    const { settings, random } = state;
    for (let n = passed(state, "premiere", settings.newMoviesPerDay / DAY_MS); n > 0; n -= 1) {
      premiere(state, atMs);
    }
    for (let n = passed(state, "account", settings.newUsersPerDay / DAY_MS); n > 0; n -= 1) {
      const userId = state.platform.population.add();
      events.push({ kind: "account", atMs, userId });
      ask(userId, atMs);
    }
    for (let n = passed(state, "visit", visitsPerMs(state)); n > 0; n -= 1) {
      const userId = freeUser(state, random);
      if (userId !== undefined) ask(userId, atMs);
    }
    events.push(...state.watchers.tick(atMs));
  }
  return { events, requests };
}

/** How many events of a Poisson process fall into the slot. */
function passed(state: WorldState, process: keyof WorldState["due"], perMs: number): number {
  let count = 0;
  state.due[process] -= perMs * SLOT_MS;
  for (; state.due[process] <= 0; count += 1) state.due[process] += state.random.exponential(1);
  return count;
}

/** Enough visits to replace those who end, and to make up what the rate lacks. */
function visitsPerMs(state: WorldState): number {
  const wanted = watchersWanted(state);
  const lack = wanted - state.watchers.count() - state.waiting.size;
  return Math.max(0, wanted / (minutesPerVisit(state) * 60_000) + lack / RELAXATION_MS);
}

/** Minutes that a visit is watched, on average. */
function minutesPerVisit({ settings }: WorldState): number {
  const { longestVisitMinutes } = settings;
  if (longestVisitMinutes === undefined) return MINUTES_PER_VISIT;
  return Math.min(MINUTES_PER_VISIT, WATCHING_SHARE * longestVisitMinutes);
}

function watchersWanted(state: WorldState): number {
  const { settings, nowMs } = state;
  const busy = rhythm(settings.zone.toLocalMs(nowMs), settings.dailySwing);
  const minutes = minutesPerVisit(state);
  const watchShare = minutes / (minutes + OTHER_LINES_PER_VISIT);
  return settings.linesPerSecond * watchShare * 60 * busy;
}

/** Someone who neither watches nor waits; undefined when hardly anybody is free. */
function freeUser(state: WorldState, random: Random): number | undefined {
  for (let n = 0; n < TRIES; n += 1) {
    const userId = state.platform.population.draw(random);
    if (!state.watchers.has(userId) && !state.waiting.has(userId)) return userId;
  }
  return undefined;
}

/** The next invented movie whose id is not taken, such as by an earlier run. */
function premiere(state: WorldState, atMs: number): void {
  const { catalogue, seed } = state.platform;
  const setting = { genres: catalogue.genres, year: new Date(atMs).getUTCFullYear() };
  for (;;) {
    const facts = inventMovie(seed, state.premieres, setting);
    state.premieres += 1;
    if (catalogue.find(facts.movieId)) continue;
    catalogue.add(facts, atMs);
    return;
  }
}

/** A visit from the list to the first minute, which begins within the next minute. */
function watchAfter(
  state: WorldState,
  userId: number,
  shown: { readonly list: readonly string[]; readonly atMs: number },
): Visit {
  const visit = shortened(state, state.platform.visit(userId, shown.list, shown.atMs));
  const { movie, lastMinute, stars } = visit;
  if (!movie) return visit;
  const rating = stars === undefined ? undefined : (stars * state.settings.ratingMax) / 5;
  const delayMs = firstMinuteDelayMs(state.random);
  const watcher = { userId, movieId: movie.facts.movieId, minute: 0, lastMinute, rating };
  state.watchers.start(watcher, Math.max(shown.atMs, state.nowMs) + delayMs);
  return visit;
}

function shortened({ settings }: WorldState, visit: Visit): Visit {
  const { longestVisitMinutes = Infinity } = settings;
  return { ...visit, lastMinute: Math.min(visit.lastMinute, longestVisitMinutes - 1) };
}

/** Whoever is found watching is found in a long visit more often than in a short one. */
function warmUp(state: WorldState): void {
  const random = randomStream(state.settings.seed, "warm start");
  const wanted = watchersWanted(state);
  for (let n = 0; state.watchers.count() < wanted && n < 20 * wanted; n += 1) {
    const userId = freeUser(state, random);
    if (userId === undefined) return;
    const visit = state.platform.visit(userId, [], state.nowMs);
    const { movie, lastMinute, stars } = shortened(state, visit);
    const longest = Math.min(
      movie?.lengthMinutes ?? 0,
      state.settings.longestVisitMinutes ?? Infinity,
    );
    if (!movie || !random.chance((lastMinute + 1) / longest)) continue;
    const rating = stars === undefined ? undefined : (stars * state.settings.ratingMax) / 5;
    // Those who have seen the last minute and are about to rate are here, too.
    const minute = random.below(lastMinute + (rating === undefined ? 1 : 2));
    const watcher = { userId, movieId: movie.facts.movieId, minute, lastMinute, rating };
    state.watchers.start(watcher, state.nowMs + random.below(60_000));
  }
}
