import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeClusterFile } from "@canarec/local-cluster/cluster-file";
import type { Env } from "@canarec/service-kit/config";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CliContext, CommonOptions } from "./cli-context.ts";
import { findServers } from "./find-servers.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "canarec-home-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const serversOf = (env: Env = {}, options: CommonOptions = { home }) => {
  async function* nothing(): AsyncGenerator<Uint8Array> {}
  const terminal = { out: () => undefined, err: () => undefined, isInteractive: false };
  const signal = new AbortController().signal;
  const context: CliContext = { env, folder: home, signal, input: nothing(), terminal };
  return findServers(context, options);
};

function runs(pid: number): void {
  writeClusterFile(home, {
    pid,
    startedAt: "2026-03-01T12:00:00Z",
    publicUrl: "http://127.0.0.1:8082",
    postgresUrl: "postgres://canarec@127.0.0.1:5432/canarec",
    kafkaBrokers: "127.0.0.1:9092,127.0.0.1:9093",
    chromaUrl: "http://127.0.0.1:8000",
    streamTopic: "lines",
    streamZone: "America/New_York",
    ratingMax: 10,
    minilmPath: "/models",
    hideAdult: true,
    watchedAboveShare: 0.05,
    controlUrl: "http://127.0.0.1:9083",
    releaseRepository: "/repository",
    services: {},
  });
}

describe("findServers", () => {
  it("takes from the running cluster where things are and what its lines mean", () => {
    runs(process.pid);
    const servers = serversOf();
    expect(servers.brokers()).toEqual(["127.0.0.1:9092", "127.0.0.1:9093"]);
    expect(servers).toMatchObject({
      streamTopic: "lines",
      streamZone: "America/New_York",
      ratingMax: 10,
      minilmPath: "/models",
      listRules: { barring: { watchedAbove: 0.05 }, hideAdult: true },
    });
  });

  it("lets the environment decide", () => {
    runs(process.pid);
    const own = { RATING_MAX: "5", STREAM_ZONE: "UTC", STREAM_TOPIC: "mine", MINILM_PATH: "hub" };
    const rules = { HIDE_ADULT: "false", WATCHED_ABOVE_SHARE: "0" };
    expect(serversOf({ ...own, ...rules })).toMatchObject({
      listRules: { barring: { watchedAbove: 0 }, hideAdult: false },
      streamTopic: "mine",
      streamZone: "UTC",
      ratingMax: 5,
      minilmPath: "hub",
    });
  });

  it.each([{ RATING_MAX: "7" }, { STREAM_ZONE: "Nowhere/Town" }])("refuses %j", (env) => {
    expect(() => serversOf(env)).toThrow(
      new RegExp(`^invalid environment: ${Object.keys(env)[0]}`),
    );
  });

  it("takes an empty CANAREC_HOME for none, not for the current folder", () => {
    const nothing = serversOf({}, {}).home;
    expect(serversOf({ CANAREC_HOME: "" }, {}).home).toBe(nothing);
    expect(serversOf({ CANAREC_HOME: "mine" }, {}).home).toBe(join(home, "mine"));
  });

  it("does not believe the file of a cluster that was killed", () => {
    runs(2 ** 22 + 1); // above the largest process id
    expect(() => serversOf().databaseUrl()).toThrow("no cluster runs");
    expect(serversOf().ratingMax).toBe(5);
  });
});
