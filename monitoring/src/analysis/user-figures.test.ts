import { describe, expect, it } from "vitest";
import type { AnalysedExposure } from "./exposure.ts";
import { failureClass } from "./exposure.ts";
import { addUsers } from "./add-users.ts";
import { summariseMinute } from "./minute-counts.ts";
import { type UserEvents, userFigures } from "./user-figures.ts";

const FIRST = Date.parse("2026-03-01T20:00:00Z");
const rules = { attributionSeconds: 3_600, minimumMinutes: 5, deadlineMs: 600 };
const full = Array.from({ length: 20 }, (_, i) => `movie+${i}`);

function exposure(change: Partial<AnalysedExposure> = {}): AnalysedExposure {
  return {
    userId: 1,
    atMs: FIRST,
    assigned: "nightly",
    step: 4,
    snapshotVersion: 10,
    status: 200,
    reason: "ok",
    firstError: null,
    firstMs: 5,
    latencyUs: 6_000,
    personalised: true,
    list: full,
    matched: true,
    ...change,
  };
}

const begun = (movieId: string, seconds: number, minutes = 10) => ({
  movieId,
  firstWatchedAtMs: FIRST + seconds * 1_000,
  minutes,
});

function events(change: Partial<UserEvents>): UserEvents {
  return {
    firstExposedAtMs: FIRST,
    exposures: [exposure()],
    begun: [],
    rated: [],
    begunBefore: 3,
    ...change,
  };
}

describe("a user's figures", () => {
  it.each([
    ["within the window", [begun("movie+3", 60)], 1],
    ["at its last moment", [begun("movie+3", 3_600)], 1],
    ["after it", [begun("movie+3", 3_600.001)], 0],
    ["before it was shown", [begun("movie+3", -60)], 0],
    ["by a clock that is a little behind", [begun("movie+3", -0.9)], 1],
    ["too short", [begun("movie+3", 60, 4)], 0],
    ["that was not recommended", [begun("movie+99", 60)], 0],
    ["and another", [begun("movie+3", 60), begun("movie+4", 70)], 2],
  ])("count a movie begun %s", (_, watched, hits) => {
    expect(userFigures(events({ begun: watched }), rules)).toMatchObject({ hits, shown: 20 });
  });

  it("count a movie from its own first showing on", () => {
    const later = exposure({ atMs: FIRST + 600_000, list: ["late"] });
    const seen = (seconds: number) =>
      userFigures(
        events({ exposures: [later, exposure()], begun: [begun("late", seconds)] }),
        rules,
      );
    expect(seen(300).hits).toBe(0);
    expect(seen(601)).toMatchObject({ hits: 1, shown: 21 });
  });

  it.each([
    ["confirmed", { matched: true }, 20],
    ["not confirmed", { matched: false }, 0],
    ["of a time without the platform's lines", { matched: null }, 20],
    ["with another status", { status: 503, matched: null }, 0],
  ])("take an answer %s as shown or not", (_, change, shown) => {
    expect(userFigures(events({ exposures: [exposure(change)] }), rules).shown).toBe(shown);
  });

  it("do not depend on the order or on what lies outside the window", () => {
    const exposures = [0, 100, 200, 4_000].map((s) => exposure({ atMs: FIRST + s * 1_000 }));
    const watched = [begun("movie+1", 50), begun("movie+2", 150), begun("movie+3", 4_100)];
    const one = userFigures(events({ exposures, begun: watched }), rules);
    const other = userFigures(
      events({ exposures: exposures.toReversed(), begun: watched.toReversed() }),
      rules,
    );
    expect(other).toEqual(one);
    expect(one).toMatchObject({ requests: 3, hits: 2 });
  });
});

describe("the first attempt's failure", () => {
  it.each<[Partial<AnalysedExposure>, string | undefined]>([
    [{}, undefined],
    [{ reason: "retried", firstError: "server_error" }, "errors"],
    [{ reason: "cross_track", firstError: "no_replica" }, "errors"],
    [{ reason: "hedged", firstError: "outrun" }, "deadline"],
    [{ reason: "retried", firstError: "timeout" }, "deadline"],
    [{ latencyUs: 600_001 }, "deadline"],
    [{ latencyUs: 600_000 }, undefined],
    [{ reason: "retried", firstError: "invalid_answer" }, "lists"],
    [{ list: full.slice(1) }, "lists"],
    [{ reason: "unanswered", list: [], status: 503 }, "errors"],
    // A second attempt's list says nothing of the first.
    [{ reason: "hedged", list: full.slice(1) }, undefined],
  ])("of %o is %s", (change, expected) => {
    expect(failureClass(exposure(change), 600)).toBe(expected);
  });
});

describe("a minute", () => {
  it("counts a user who fails again and again once, and leaves out clients that went away", () => {
    const failed = exposure({ reason: "retried", firstError: "reset" });
    const [row] = summariseMinute(
      [failed, failed, failed, exposure({ userId: 2, reason: "client_closed", status: 499 })],
      { deadlineMs: 600, firstSnapshotVersion: undefined },
    );
    expect(row?.counts).toMatchObject({ requests: 3, users: 1, errors: 1 });
    expect(row?.inWindow).toBe(false);
  });

  it("compares the variety of equally many lists", () => {
    const main = [1, 2, 3, 4].map((userId) =>
      exposure({ userId, assigned: "main", list: [`a${userId}`, `b${userId}`] }),
    );
    const nightly = [5, 6].map((userId) => exposure({ userId, list: ["a", "b"] }));
    const rows = summariseMinute([...main, ...nightly], {
      deadlineMs: 600,
      firstSnapshotVersion: 10,
    });
    expect(rows.map(({ counts }) => [counts.sampled, counts.sampledMovies])).toEqual([
      [2, 4],
      [2, 2],
    ]);
  });
});

describe("sums of users", () => {
  it("are the same in one batch as in many", () => {
    const users = Array.from({ length: 50 }, (_, i) => ({
      track: i % 3 === 0 ? ("main" as const) : ("nightly" as const),
      hour: i % 4,
      figures: userFigures(
        events({ begun: i % 2 === 0 ? [begun("movie+1", 10, 6 + i)] : [], begunBefore: i }),
        rules,
      ),
    }));
    const once = addUsers([], users);
    let rows = new Map<string, (typeof once)[number]>();
    for (const user of users.toReversed()) {
      for (const row of addUsers([...rows.values()], [user])) {
        rows = rows.set(`${row.track} ${row.hour} ${row.metric}`, row);
      }
    }
    const sorted = (all: Iterable<(typeof once)[number]>) =>
      [...all].map((row) => JSON.stringify(row)).toSorted();
    expect(sorted(rows.values())).toEqual(sorted(once));
  });
});
