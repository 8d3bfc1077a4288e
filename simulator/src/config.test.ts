import { describe, expect, it } from "vitest";
import { simulatorConfig } from "./config.ts";

const needed = { DATABASE_URL: "postgres://u:p@127.0.0.1:5432/c", KAFKA_BROKERS: "127.0.0.1:9092" };

describe("simulatorConfig", () => {
  it("has a modest world by default", () => {
    expect(simulatorConfig(needed)).toMatchObject({
      rate: 50,
      users: 12_000,
      ratingMax: 5,
      deadlineMs: 600,
      damagedShare: 0.0004,
    });
  });

  it("grows the users with the rate", () => {
    expect(simulatorConfig({ ...needed, RATE: "1000" }).users).toBe(240_000);
  });

  it("refuses fewer users than the rate needs", () => {
    expect(() => simulatorConfig({ ...needed, RATE: "1000", USERS: "10000" })).toThrow(
      "USERS: RATE needs at least 120000",
    );
  });

  it("names every bad variable at once, and echoes no value", () => {
    const load = () =>
      simulatorConfig({ ...needed, RATE: "s3cret", STREAM_ZONE: "Mars/Base", RATING_MAX: "7" });
    expect(load).toThrow(/STREAM_ZONE.*RATE.*RATING_MAX/);
    expect(load).not.toThrow(/s3cret|Mars|7/);
  });
});
