import { describe, expect, it } from "vitest";
import { monitoringConfig } from "./config.ts";

const DATABASE_URL = "postgres://canarec:s3cret@127.0.0.1:5432/canarec";

describe("monitoringConfig", () => {
  it("needs the database only, and hands commands nothing they do not need", () => {
    const config = monitoringConfig({
      DATABASE_URL,
      PATH: "/bin",
      SLACK_WEBHOOK_URL: "",
      PGPASSWORD: "of the database",
      AWS: "x",
    });
    expect(config).toMatchObject({ host: "127.0.0.1", port: 8_086, slackWebhookUrl: undefined });
    expect(config.commandEnv).toEqual({
      CANAREC_ACTOR: "monitoring",
      DATABASE_URL,
      PATH: "/bin",
      PGPASSWORD: "of the database",
    });
  });

  it("keeps backups in the home unless told otherwise, of 7 days and 4 weeks", () => {
    const kept = (env: Record<string, string>) =>
      monitoringConfig({ DATABASE_URL, ...env }).backups;
    expect(kept({ CANAREC_HOME: "/home" })).toEqual({
      folder: "/home/backups",
      daily: 7,
      weekly: 4,
    });
    const own = { BACKUP_FOLDER: "/mnt", BACKUP_DAILY: "14", BACKUP_WEEKLY: "0" };
    expect(kept(own)).toEqual({ folder: "/mnt", daily: 14, weekly: 0 });
    expect(() => kept({ BACKUP_DAILY: "0" })).toThrow(/BACKUP_DAILY/);
  });

  it("puts the probe on the stream each minute where there is one, more often or never if told so", () => {
    const everyMs = (env: Record<string, string>) =>
      monitoringConfig({ DATABASE_URL, ...env }).probe?.everyMs;
    const KAFKA_BROKERS = "127.0.0.1:9092";
    expect(everyMs({})).toBeUndefined();
    expect(everyMs({ KAFKA_BROKERS })).toBe(60_000);
    expect(everyMs({ KAFKA_BROKERS, FRESHNESS_SECONDS: "5" })).toBe(5_000);
    expect(everyMs({ KAFKA_BROKERS, FRESHNESS_SECONDS: "0" })).toBeUndefined();
    expect(() => everyMs({ FRESHNESS_SECONDS: "61" })).toThrow(/FRESHNESS_SECONDS/);
  });

  it("hands commands what training and releasing go by", () => {
    const told = {
      ...{ CHROMA_URL: "http://127.0.0.1:8000", STREAM_TOPIC: "movielog", MINILM_PATH: "/models" },
      ...{ HIDE_ADULT: "true", WATCHED_ABOVE_SHARE: "0.05" },
      ...{ CONTROL_URL: "http://127.0.0.1:9083", CONTROL_TOKEN_FILE: "/token" },
    };
    expect(monitoringConfig({ DATABASE_URL, ...told }).commandEnv).toEqual({
      DATABASE_URL,
      CANAREC_ACTOR: "monitoring",
      ...told,
    });
  });

  it("names every bad variable at once, and echoes no value", () => {
    const load = () =>
      monitoringConfig({
        DATABASE_URL: "mysql://s3cret",
        SLACK_WEBHOOK_URL: "s3cret",
        RETENTION_SCHEDULE: "sometimes",
      });
    expect(load).toThrow(/DATABASE_URL.*SLACK_WEBHOOK_URL.*RETENTION_SCHEDULE/);
    expect(load).not.toThrow(/s3cret|sometimes/);
  });
});
