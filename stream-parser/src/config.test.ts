import { describe, expect, it } from "vitest";
import { streamParserConfig } from "./config.ts";

const needed = {
  DATABASE_URL: "postgres://u:p@127.0.0.1/canarec",
  KAFKA_BROKERS: "127.0.0.1:9092",
};

describe("streamParserConfig", () => {
  it("has a default for all but the addresses", () => {
    expect(streamParserConfig(needed)).toMatchObject({
      topic: "movielog",
      exposureTopic: "canarec-exposures",
      limits: { ratingMax: 5, earliestMs: 0, zone: { name: "UTC" } },
      metadataUrl: undefined,
    });
  });

  it.each([
    ["RATING_MAX", "7"],
    ["STREAM_ZONE", "Mars/Olympus"],
    ["STREAM_EARLIEST", "yesterday"],
    ["STREAM_TOPIC", "a b"],
    ["METADATA_URL", "ftp://h"],
  ])("refuses %s=%s by name", (name, value) => {
    expect(() => streamParserConfig({ ...needed, [name]: value })).toThrow(name);
  });
});
