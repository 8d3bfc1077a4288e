import { describe, expect, it } from "vitest";
import { createZone } from "../contract/zone.ts";
import { DEFAULT_LIMITS, parseLine } from "./index.ts";

const NOW = Date.parse("2026-03-01T00:00:00Z");
const limits = { ...DEFAULT_LIMITS, ratingMax: 10 };
const parse = (line: string, timestampMs = NOW) =>
  parseLine(Buffer.from(line), timestampMs, limits);
const reason = (line: string | Uint8Array | null) => {
  const bytes = typeof line === "string" ? Buffer.from(line) : line;
  const outcome = parseLine(bytes, NOW, limits);
  return outcome.kind === "rejected" ? outcome.reason : outcome;
};

describe("parseLine", () => {
  it("reads a watch line", () => {
    expect(parse("2024-02-27T18:45:18,156972,GET /data/m/batman+begins+2005/91.mpg")).toEqual({
      kind: "watch",
      atMs: Date.parse("2024-02-27T18:45:18Z"),
      userId: 156972,
      movieId: "batman+begins+2005",
      minute: 91,
    });
  });

  it.each([
    ["2024-10-14T15:22,70999,GET /rate/carcasses+2009=4", "carcasses+2009", 4],
    [
      "2026-02-14T00:09:21,130276,GET /rate/please+dont+eat+the+daisies+1960=7",
      "please+dont+eat+the+daisies+1960",
      7,
    ],
    ["2026-02-14T00:09:21,0,GET /rate/a=b=0.5", "a=b", 0.5],
    ["2026-02-14T00:09:21,9007199254740991,GET /rate/a=10.0", "a", 10],
  ])("reads the rating line %s", (line, movieId, rating) => {
    expect(parse(line)).toMatchObject({ kind: "rating", movieId, rating });
  });

  it("reads an account line", () => {
    expect(parse("2024-10-14T15:22,7,GET /create_account")).toEqual({
      kind: "account",
      atMs: Date.parse("2024-10-14T15:22:00Z"),
      userId: 7,
    });
  });

  it("reads a recommendation line, whose list the platform joined anew", () => {
    expect(
      parse(
        "2024-02-27T18:45:18.198010,145051,recommendation request host:8082, status 200, result: rashomon+1950, the+apartment+1960, 102 ms",
      ),
    ).toEqual({
      kind: "recommendation",
      atMs: Date.parse("2024-02-27T18:45:18.198Z"),
      userId: 145051,
      server: "host:8082",
      status: 200,
      movieIds: ["rashomon+1950", "the+apartment+1960"],
      error: null,
      ms: 102,
    });
  });

  it("keeps the exception text of a failed recommendation", () => {
    expect(
      parse(
        "2022-02-09T01:45:32.945123,284507,recommendation request host:8082, status 0, result: java.util.concurrent.TimeoutException: Request timeout to host/128.2.205.118:8082 after 800 ms, 815 ms",
      ),
    ).toMatchObject({
      server: "host:8082",
      status: 0,
      movieIds: [],
      error:
        "java.util.concurrent.TimeoutException: Request timeout to host/128.2.205.118:8082 after 800 ms",
      ms: 815,
    });
  });

  it.each([
    ["status 200, result: , 3 ms", []],
    ["status 200, result: one, 3 ms", ["one"]],
    ["status 200, result: one,two,three, 3 ms", ["one", "two", "three"]],
  ])("reads the list of %s", (answer, movieIds) => {
    const line = `2024-02-27T18:45,1,recommendation request h:1, ${answer}`;
    expect(parse(line)).toMatchObject({ movieIds, ms: 3 });
  });

  it.each(["", "Connection reset, by peer\n\tat java.net", "result: a, b, status 200, 3 ms"])(
    "keeps any text of a failed answer: %j",
    (error) => {
      const line = `2024-02-27T18:45,1,recommendation request h:1, status 0, result: ${error}, 3 ms`;
      expect(parse(line)).toMatchObject({ status: 0, error, ms: 3 });
    },
  );

  it.each([
    "honey_+i+shrunk+the+kids+1989",
    "e.t.+the+extra-terrestrial+1982",
    "tristan++isolde+2006",
    "face/off+1997",
    "..%2f..%2fetc%2fpasswd",
    "../../etc/passwd",
    "%00",
    "100%",
    "a'; drop table movies; --",
    "a, b",
    "amélie",
    "🎬",
    " ",
    "\uFFFD",
    "a".repeat(256),
    "é".repeat(128),
  ])("takes the movie id %j as it is", (movieId) => {
    const watch = `2024-02-27T18:45:18,1,GET /data/m/${movieId}/0.mpg`;
    expect(parse(watch)).toMatchObject({ kind: "watch", movieId, minute: 0 });
    const rating = `2024-02-27T18:45:18,1,GET /rate/${movieId}=1`;
    expect(parse(rating)).toMatchObject({ kind: "rating", movieId });
  });

  it.each([
    [null, "null_value"],
    ["", "empty_line"],
    ["a".repeat(32_769), "too_long"],
    ["a".repeat(1_048_576), "too_long"],
    [Buffer.from("2024-02-27T18:45,1,GET /data/m/\xff/0.mpg", "latin1"), "bad_encoding"],
    [Buffer.from([0xc3]), "bad_encoding"],
    [Buffer.from([0xed, 0xa0, 0x80]), "bad_encoding"],
    ["2024-02-27T18:45,1,GET /data/m/a\0b/0.mpg", "nul_byte"],
    ["\0", "nul_byte"],
    [" ", "bad_shape"],
    ["2024-02-27T18:45,1", "bad_shape"],
    ['{"user":1}', "bad_shape"],
    ["2022-11-1 4T12:23:14,1,GET /data/m/a/0.mpg", "bad_time"],
    ["2022-11-14T1O2:23:16,1,GET /data/m/a/0.mpg", "bad_time"],
    ["2024-02-30T12:23,1,GET /data/m/a/0.mpg", "bad_time"],
    [",1,GET /data/m/a/0.mpg", "bad_time"],
    ["\uFEFF2024-02-27T18:45,1,GET /data/m/a/0.mpg", "bad_time"],
    ["1969-12-31T23:59:59,1,GET /data/m/a/0.mpg", "time_too_early"],
    ["2026-03-02T00:00:01,1,GET /data/m/a/0.mpg", "time_in_future"],
    ["9999-12-31T23:59:59,1,GET /data/m/a/0.mpg", "time_in_future"],
    ["2024-02-27T18:45,-25611,GET /data/m/a/0.mpg", "bad_user"],
    ["2024-02-27T18:45,317r398,GET /data/m/a/0.mpg", "bad_user"],
    ["2024-02-27T18:45,387336 ,GET /data/m/a/0.mpg", "bad_user"],
    ["2024-02-27T18:45,,GET /data/m/a/0.mpg", "bad_user"],
    ["2024-02-27T18:45,1.5,GET /data/m/a/0.mpg", "bad_user"],
    ["2024-02-27T18:45,1e3,GET /data/m/a/0.mpg", "bad_user"],
    ["2024-02-27T18:45,007,GET /data/m/a/0.mpg", "bad_user"],
    ["2024-02-27T18:45,😀,GET /data/m/a/0.mpg", "bad_user"],
    ["2024-02-27T18:45,%00,GET /data/m/a/0.mpg", "bad_user"],
    ["2024-02-27T18:45,1' or 1=1,GET /data/m/a/0.mpg", "bad_user"],
    ["2024-02-27T18:45,9007199254740992,GET /data/m/a/0.mpg", "user_out_of_range"],
    [`2024-02-27T18:45,${"9".repeat(400)},GET /data/m/a/0.mpg`, "user_out_of_range"],
    ["2024-02-27T18:45,1,GZET /data/m/a/0.mpg", "unknown_request"],
    ["2024-02-27T18:45,1,", "unknown_request"],
    ["2024-02-27T18:45,1,GET /create_account ", "unknown_request"],
    ["2024-02-27T18:45,1,GET /data/m//0.mpg", "bad_movie"],
    ["2024-02-27T18:45,1,GET /data/m/0.mpg", "bad_movie"],
    ["2024-02-27T18:45,1,GET /data/m/a\tb/0.mpg", "bad_movie"],
    ["2024-02-27T18:45,1,GET /rate/=4", "bad_movie"],
    [`2024-02-27T18:45,1,GET /data/m/${"a".repeat(257)}/0.mpg`, "movie_too_long"],
    [`2024-02-27T18:45,1,GET /rate/${"é".repeat(129)}=4`, "movie_too_long"],
    ["2024-02-27T18:45,1,GET /data/m/a/30.Hmpg", "bad_minute"],
    ["2024-02-27T18:45,1,GET /data/m/a/30.mpg\r", "bad_minute"],
    ["2024-02-27T18:45,1,GET /data/m/a/3x0.mpg", "bad_minute"],
    ["2024-02-27T18:45,1,GET /data/m/a/-1.mpg", "bad_minute"],
    ["2024-02-27T18:45,1,GET /data/m/a/.mpg", "bad_minute"],
    ["2024-02-27T18:45,1,GET /data/m/a/1441.mpg", "minute_out_of_range"],
    ["2024-02-27T18:45,1,GET /rate/a", "bad_rating"],
    ["2024-02-27T18:45,1,GET /rate/a=", "bad_rating"],
    ["2024-02-27T18:45,1,GET /rate/a=five", "bad_rating"],
    ["2024-02-27T18:45,1,GET /rate/a=-1", "bad_rating"],
    ["2024-02-27T18:45,1,GET /rate/a=.5", "bad_rating"],
    ["2024-02-27T18:45,1,GET /rate/a=4.50", "bad_rating"],
    ["2024-02-27T18:45,1,GET /rate/a=NaN", "bad_rating"],
    ["2024-02-27T18:45,1,GET /rate/a=0", "rating_out_of_range"],
    ["2024-02-27T18:45,1,GET /rate/a=11", "rating_out_of_range"],
    ["2024-02-27T18:45,1,GET /rate/a=4.2", "rating_out_of_range"],
    ["2024-02-27T18:45,1,recommendation request h", "bad_recommendation"],
    ["2024-02-27T18:45,1,recommendation request h, status 200, 5 ms", "bad_recommendation"],
    [
      "2024-02-27T18:45,1,recommendation request h, status x, result: a, 5 ms",
      "bad_recommendation",
    ],
    [
      "2024-02-27T18:45,1,recommendation request h, status 200, result: a, 5ms",
      "bad_recommendation",
    ],
    [
      "2024-02-27T18:45,1,recommendation request h, status 200, result: a, -5 ms",
      "bad_recommendation",
    ],
    [
      "2024-02-27T18:45,1,recommendation request h, status 200, result: a, , 5 ms",
      "bad_recommendation",
    ],
    [
      `2024-02-27T18:45,1,recommendation request h, status 200, result: ${"a".repeat(257)}, 5 ms`,
      "bad_recommendation",
    ],
  ])("rejects %j as %s", (line, expected) => {
    expect(reason(line)).toBe(expected);
  });

  it("holds ratings against the configured scale", () => {
    const line = Buffer.from("2024-10-14T15:22,1,GET /rate/a=5.5");
    expect(parseLine(line, NOW, { ...limits, ratingMax: 5 })).toMatchObject({ kind: "rejected" });
    expect(parseLine(line, NOW, limits)).toMatchObject({ rating: 5.5 });
  });

  it("reads times in the configured zone", () => {
    const line = Buffer.from("2024-07-15T12:00,1,GET /create_account");
    const zone = createZone("America/New_York");
    expect(parseLine(line, NOW, { ...limits, zone })).toMatchObject({
      atMs: Date.parse("2024-07-15T16:00Z"),
    });
  });

  it("measures the future from the message's own timestamp", () => {
    const line = "2026-03-02T00:00,1,GET /create_account";
    expect(parse(line)).toMatchObject({ kind: "account" });
    expect(parse(line, NOW - 1)).toMatchObject({ reason: "time_in_future" });
    expect(parse(line, -1)).toMatchObject({ kind: "account" });
    expect(parse("2200-01-01T00:00,1,GET /create_account", -1)).toMatchObject({
      reason: "time_in_future",
    });
  });

  it("reads a plain Uint8Array that is a window of a larger buffer", () => {
    const bytes = new TextEncoder().encode("xx2024-10-14T15:22,7,GET /create_accountxx");
    expect(parseLine(bytes.subarray(2, -2), NOW, limits)).toMatchObject({ userId: 7 });
  });
});
