import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { prometheusConfig } from "./prometheus-config.ts";

const text = readFileSync(
  join(import.meta.dirname, "../../../monitoring/prometheus/prometheus.yml"),
  "utf8",
);
const at = {
  jobs: { "stream-parser": "127.0.0.1:1", simulator: "127.0.0.1:2" },
  alertmanager: "127.0.0.1:3",
  loadBalancer: "127.0.0.1:4",
  tokenFile: undefined,
};

describe("prometheusConfig", () => {
  it("asks those that are there, at their own addresses, and no address of the containers", () => {
    const made = prometheusConfig(text, at, 1);
    const { scrape_configs: jobs } = parse(made) as { scrape_configs: unknown[] };
    expect(jobs).toEqual([
      { job_name: "stream-parser", static_configs: [{ targets: ["127.0.0.1:1"] }] },
      {
        job_name: "inference",
        http_sd_configs: [
          { url: "http://127.0.0.1:4/scrape-targets", refresh_interval: "15000ms" },
        ],
      },
      { job_name: "simulator", static_configs: [{ targets: ["127.0.0.1:2"] }] },
    ]);
    expect(made).not.toMatch(/stream-parser:8085|alertmanager:9093|load-balancer:9082/);
  });

  it("has a token for those of ours where there is one, and for nobody else", () => {
    const token = { authorization: { type: "Bearer", credentials_file: "/secrets/metrics" } };
    const jobs = { ...at.jobs, alertmanager: "127.0.0.1:3" };
    const made = prometheusConfig(text, { ...at, jobs, tokenFile: "/secrets/metrics" }, 1);
    const { scrape_configs: asked } = parse(made) as { scrape_configs: object[] };
    expect(asked).toEqual([
      expect.objectContaining({ job_name: "stream-parser", ...token }),
      expect.objectContaining({
        ...{ job_name: "inference", ...token },
        http_sd_configs: [expect.objectContaining(token)],
      }),
      expect.objectContaining({ job_name: "simulator", ...token }),
      { job_name: "alertmanager", static_configs: [{ targets: ["127.0.0.1:3"] }] },
    ]);
  });

  it("asks more often at a greater pace, and never more often than once a second", () => {
    const { global } = parse(prometheusConfig(text, at, 5)) as { global: unknown };
    expect(global).toEqual({
      scrape_interval: "3000ms",
      scrape_timeout: "3000ms",
      evaluation_interval: "3000ms",
    });
    expect(prometheusConfig(text, at, 1_000)).toContain("scrape_interval: 1000ms");
  });

  it("says that what is no configuration is none", () => {
    expect(() => prometheusConfig("groups: []", at, 1)).toThrow("global");
  });
});
