import { UTC } from "@canarec/stream-parser/contract/zone";
import type { StreamEvent } from "@canarec/stream-parser/contract/event";
import { describe, expect, it } from "vitest";
import { streamLine } from "./lines.ts";
import { randomStream } from "./random.ts";
import { sampleMovies } from "./sample-movies.ts";
import { type World, type WorldSettings, createWorld } from "./world.ts";

const NOON = Date.UTC(2026, 1, 14, 12);
const HOUR_MS = 3_600_000;

const settings: WorldSettings = {
  seed: 1,
  users: 3_000,
  movies: sampleMovies(400),
  startMs: NOON,
  zone: UTC,
  server: "127.0.0.1:8082",
  linesPerSecond: 10,
  dailySwing: 0,
  ratingMax: 5,
  newUsersPerDay: 500,
  newMoviesPerDay: 48,
};

/** Let the world live for a span; every request is answered with the same list, every tenth fails. */
function live(world: World, forMs: number): StreamEvent[] {
  const list = world.platform.catalogue.movies.slice(0, 20).map((movie) => movie.facts.movieId);
  const events: StreamEvent[] = [];
  const untilMs = world.nowMs() + forMs;
  let asked = 0;
  while (world.nowMs() < untilMs) {
    const step = world.advance(world.nowMs() + 1_000);
    events.push(...step.events);
    for (const request of step.requests) {
      const fails = (asked += 1) % 10 === 0;
      const answer = fails
        ? { status: 0, movieIds: [], error: "java.net.ConnectException: a, b: c/d", ms: 3 }
        : { status: 200, movieIds: list, error: null, ms: 12 };
      events.push(world.answer(request, answer, world.nowMs()).event);
    }
  }
  return events;
}

const textOf = (events: readonly StreamEvent[]) => {
  const random = randomStream(1, "lines");
  const log = { zone: UTC, damagedShare: 0.0004 };
  return events.map((event) => streamLine(event, log, random).text);
};
const share = (events: readonly StreamEvent[], kind: StreamEvent["kind"]) =>
  events.filter((event) => event.kind === kind).length / events.length;

describe("a world", () => {
  it("gives the same lines for the same seed, and others for another", () => {
    const lines = (seed: number) => textOf(live(createWorld({ ...settings, seed }), 600_000));
    expect(lines(1)).toEqual(lines(1));
    expect(lines(2)).not.toEqual(lines(1));
  });

  it("holds its rate from the first minutes on, with the platform's shares of lines", () => {
    const world = createWorld(settings);
    const first = live(createWorld({ ...settings, users: 30_000, linesPerSecond: 100 }), 60_000);
    expect(share(first, "rating")).toBeGreaterThan(0.004);
    expect(share(first, "watch")).toBeGreaterThan(0.97);
    for (let quarter = 0; quarter < 8; quarter += 1) {
      const perSecond = live(world, HOUR_MS / 4).length / (HOUR_MS / 4_000);
      expect(perSecond).toBeGreaterThan(9);
      expect(perSecond).toBeLessThan(11);
    }
    const events = live(world, 2 * HOUR_MS);
    expect(share(events, "watch")).toBeGreaterThan(0.97);
    expect(share(events, "watch")).toBeLessThan(0.99);
    expect(share(events, "rating")).toBeGreaterThan(0.005);
    expect(share(events, "rating")).toBeLessThan(0.015);
    expect(share(events, "recommendation")).toBeGreaterThan(0.005);
    expect(share(events, "recommendation")).toBeLessThan(0.015);
  });

  it("brings more visits for as many lines where nobody watches for long", () => {
    const short = { ...settings, users: 30_000, linesPerSecond: 50, longestVisitMinutes: 3 };
    const events = live(createWorld(short), 600_000);
    expect(events.length / 600).toBeGreaterThan(42);
    expect(events.length / 600).toBeLessThan(58);
    expect(share(events, "recommendation")).toBeGreaterThan(0.2);
    const minutes = events.flatMap((event) => (event.kind === "watch" ? event.minute : []));
    expect(Math.max(...minutes)).toBe(2);
  });

  it("logs a watcher's minutes one by one, a minute apart", () => {
    const events = live(createWorld(settings), HOUR_MS);
    const last = new Map<string, { minute: number; atMs: number }>();
    let followed = 0;
    for (const event of events) {
      if (event.kind !== "watch") continue;
      const key = `${event.userId} ${event.movieId}`;
      const before = last.get(key);
      if (before) {
        expect(event.minute).toBe(before.minute + 1);
        expect(event.atMs - before.atMs).toBe(60_000);
        followed += 1;
      }
      last.set(key, event);
    }
    expect(followed).toBeGreaterThan(10_000);
  });

  it("is busiest in the evening", () => {
    const world = createWorld({ ...settings, dailySwing: 0.5 });
    const hourly = Array.from({ length: 24 }, () => live(world, HOUR_MS).length / 3_600);
    const [nine = 0, noon = 0] = [hourly[9], hourly[21]]; // the world began at noon
    expect(nine).toBeGreaterThan(13);
    expect(noon).toBeLessThan(8.5);
  });

  it("grows by users, who open an account first, and by movies, which get watched", () => {
    const world = createWorld({ ...settings, newUsersPerDay: 2_400, newMoviesPerDay: 240 });
    const events = live(world, 4 * HOUR_MS);
    const accounts = events.filter((event) => event.kind === "account");
    expect(accounts.length).toBeGreaterThan(300);
    expect(accounts.length).toBeLessThan(500);
    expect(accounts[0]?.userId).toBe(settings.users + 1);
    const newMovies = world.platform.catalogue.movies.slice(settings.movies.length);
    expect(newMovies.length).toBeGreaterThan(20);
    const watched = new Set(events.flatMap((e) => ("movieId" in e ? [e.movieId] : [])));
    const seen = newMovies.filter(({ facts }) => watched.has(facts.movieId));
    expect(seen.length).toBeGreaterThan(newMovies.length / 2);
  });

  it("rates on the platform's scale", () => {
    const world = createWorld({ ...settings, ratingMax: 10 });
    const ratings = live(world, HOUR_MS).flatMap((e) => (e.kind === "rating" ? [e.rating] : []));
    expect(Math.max(...ratings)).toBeGreaterThan(5);
    for (const rating of ratings) {
      expect(rating * 2).toBe(Math.round(rating * 2));
      expect(rating).toBeGreaterThan(0);
      expect(rating).toBeLessThanOrEqual(10);
    }
  });

  it("goes on from now after a pause, without a flood", () => {
    const world = createWorld(settings);
    live(world, 60_000);
    world.skip(world.nowMs() + 10 * HOUR_MS);
    expect(live(world, 10_000).length).toBeLessThan(200);
  });

  it("does not run short of memory or fail where hardly anybody is free", () => {
    const world = createWorld({ ...settings, users: 100, newUsersPerDay: 0 });
    expect(world.watching()).toBeLessThanOrEqual(100);
    expect(live(world, HOUR_MS / 4).length).toBeGreaterThan(0);
  });
});
