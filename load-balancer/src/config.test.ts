import { describe, expect, it } from "vitest";
import { loadBalancerConfig } from "./config.ts";

const least = {
  REPLICA_URLS: "http://127.0.0.1:9001,http://127.0.0.1:9002",
  KAFKA_BROKERS: "127.0.0.1:9092",
};

describe("loadBalancerConfig", () => {
  it("needs replicas and brokers only", () => {
    expect(loadBalancerConfig(least)).toMatchObject({
      host: "127.0.0.1",
      port: 8_082,
      adminHost: "127.0.0.1",
      adminPort: 9_082,
      workers: 1,
      deadlineMs: 600,
      replicaUrls: ["http://127.0.0.1:9001", "http://127.0.0.1:9002"],
      exposures: { brokers: ["127.0.0.1:9092"], topic: "canarec-exposures" },
    });
  });

  it("names every bad variable at once, and echoes no value", () => {
    const load = () =>
      loadBalancerConfig({
        REPLICA_URLS: "s3cret",
        PORT: "80a",
        DEADLINE_MS: "5",
        REPLICA_CONCURRENCY: "0",
        WORKERS: "0",
      });
    expect(load).toThrow(
      /PORT.*WORKERS.*REPLICA_URLS.*DEADLINE_MS.*REPLICA_CONCURRENCY.*KAFKA_BROKERS/,
    );
    expect(load).not.toThrow(/s3cret|80a/);
  });

  it("gives each worker its share of memory and disk for exposures", () => {
    const { exposures } = loadBalancerConfig({ ...least, WORKERS: "4" });
    expect(exposures).toMatchObject({ bufferMessages: 5_000, spoolBytes: 64 * 1_024 * 1_024 });
  });
});
