import { UTC, createZone } from "@canarec/stream-parser/contract/zone";
import type { StreamEvent } from "@canarec/stream-parser/contract/event";
import { describe, expect, it } from "vitest";
import { DAMAGES, damageLine } from "./damage.ts";
import { streamLine } from "./lines.ts";
import { randomStream } from "./random.ts";

const atMs = Date.UTC(2024, 1, 27, 18, 45, 18, 198);
const watch: StreamEvent = { kind: "watch", atMs, userId: 156972, movieId: "a+b+2005", minute: 91 };
const line = (event: StreamEvent, zone = UTC) =>
  streamLine(event, { zone, damagedShare: 0 }, randomStream(1, "x")).text;

describe("streamLine", () => {
  it.each<[string, StreamEvent, string]>([
    ["a minute", watch, "2024-02-27T18:45:18,156972,GET /data/m/a+b+2005/91.mpg"],
    [
      "a full minute, whose seconds vanish",
      { ...watch, atMs: Date.UTC(2024, 9, 14, 15, 22, 0, 900) },
      "2024-10-14T15:22,156972,GET /data/m/a+b+2005/91.mpg",
    ],
    [
      "a rating",
      { kind: "rating", atMs, userId: 7, movieId: "a+b+2005", rating: 3.5 },
      "2024-02-27T18:45:18,7,GET /rate/a+b+2005=3.5",
    ],
    [
      "an account",
      { kind: "account", atMs, userId: 7 },
      "2024-02-27T18:45:18,7,GET /create_account",
    ],
    [
      "a list",
      {
        ...{ kind: "recommendation", atMs, userId: 7, server: "host:8082", status: 200 },
        ...{ movieIds: ["a+1960", "b+1961"], error: null, ms: 102 },
      },
      "2024-02-27T18:45:18.198000,7,recommendation request host:8082, status 200, result: a+1960, b+1961, 102 ms",
    ],
    [
      "a failure",
      {
        ...{ kind: "recommendation", atMs, userId: 7, server: "host:8082", status: 0 },
        ...{ movieIds: [], error: "java.X: after 800 ms", ms: 815 },
      },
      "2024-02-27T18:45:18.198000,7,recommendation request host:8082, status 0, result: java.X: after 800 ms, 815 ms",
    ],
  ])("writes %s", (_what, event, text) => {
    expect(line(event)).toBe(text);
  });

  it("writes the time of the platform's zone", () => {
    expect(line(watch, createZone("America/New_York"))).toMatch(/^2024-02-27T13:45:18,/);
  });

  it("damages the share of lines that it is told to", () => {
    const random = randomStream(1, "damage");
    const log = { zone: UTC, damagedShare: 0.0004 };
    let damaged = 0;
    for (let n = 0; n < 200_000; n += 1) {
      if (streamLine(watch, log, random).damage !== undefined) damaged += 1;
    }
    expect(damaged).toBeGreaterThan(50);
    expect(damaged).toBeLessThan(115);
  });
});

describe("damageLine", () => {
  const sound = line(watch);
  it.each([
    ["blank_in_time", /^[\dT:-]+ [\dT:-]+,156972,GET \/data\/m\/a\+b\+2005\/91\.mpg$/],
    ["letter_in_time", /^[\dT:-]+[A-Z][\dT:-]+,156972,GET/],
    ["letter_in_method", /^2024-02-27T18:45:18,156972,GZET \/data/],
    ["letter_in_user", /^2024-02-27T18:45:18,\d+[a-z]\d+,GET/],
    ["letter_in_minute", /\/91\.[A-Z]mpg$/],
    ["blank_after_user", /,156972 ,GET/],
    ["negative_user", /,-156972,GET/],
    ["made_up_movie", /GET \/data\/m\/no\+such\+movie\+\d+\/91\.mpg$/],
  ] as const)("%s", (damage, shape) => {
    expect(damageLine(sound, damage, randomStream(1, "d"))).toMatch(shape);
  });

  it("puts a rating out of range", () => {
    const rated = "2024-02-27T18:45:18,7,GET /rate/a+b+2005=3.5";
    const rating = Number(
      damageLine(rated, "rating_out_of_range", randomStream(1, "d")).split("=")[1],
    );
    expect(rating).toBeGreaterThan(10);
  });

  it("changes every kind of line, whatever the damage", () => {
    const lines = [
      sound,
      "2024-02-27T18:45,7,GET /create_account",
      "2024-02-27T18:45,7,GET /rate/a=4",
    ];
    for (const text of lines) {
      for (const damage of DAMAGES) {
        expect(damageLine(text, damage, randomStream(1, damage))).not.toBe(text);
      }
    }
  });
});
