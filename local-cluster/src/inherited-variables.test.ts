import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { INHERITED_VARIABLES, inheritedEnv } from "./inherited-variables.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SERVICES = ["stream-parser", "inference", "load-balancer", "monitoring", "simulator"];

/** Given by the cluster itself: its addresses, its options, its commit. */
const OF_THE_CLUSTER = [
  ...["DATABASE_URL", "KAFKA_BROKERS", "CHROMA_URL", "CANAREC_HOME", "BUILD", "BUNDLE_ID"],
  ...["HOST", "PORT", "ADMIN_HOST", "ADMIN_PORT", "REPLICA_URLS", "RECOMMEND_URL", "CONTROL_URL"],
  ...["DATA_PLANE_URLS", "STREAM_PARSER_URLS"],
];
/** Only for a simulator that is started alone; `--rate` is the cluster's way. */
const OF_A_SIMULATOR_ALONE = ["RATE", "SEED", "USERS"];

/** The variables that a service's configuration names. */
function variablesOf(service: string): string[] {
  const text = readFileSync(join(ROOT, service, "src", "config.ts"), "utf8");
  return [...text.matchAll(/^\s+([A-Z][A-Z0-9_]+):/gm)].map(([, name = ""]) => name);
}

describe("inheritedEnv", () => {
  it("leaves out what a shell has for other ends", () => {
    const shell = {
      ...{ HOST: "build-7", PORT: "80", USERS: "me", RATE: "9", SEED: "x", BUILD: "7" },
      ...{ ADMIN_PORT: "1", DATABASE_URL: "postgres://else", SECRET_TOKEN: "s", npm_config_x: "1" },
    };
    const meant = { PATH: "/bin", LANG: "C.UTF-8", https_proxy: "http://p:1", NODE_OPTIONS: "-x" };
    const own = { STREAM_ZONE: "Europe/Berlin", SLACK_WEBHOOK_URL: "https://hook.example" };
    expect(inheritedEnv({ ...shell, ...meant, ...own })).toEqual({ ...meant, ...own });
  });

  it("has the probe write to a Kafka of somebody's own only where it is asked to", () => {
    const KAFKA_BROKERS = "broker:9092";
    const asked = (env: Record<string, string>) => inheritedEnv(env)["FRESHNESS_SECONDS"];
    expect(asked({})).toBeUndefined();
    expect(asked({ KAFKA_BROKERS })).toBe("0");
    expect(asked({ KAFKA_BROKERS, FRESHNESS_SECONDS: "" })).toBe("0");
    expect(asked({ KAFKA_BROKERS, FRESHNESS_SECONDS: "30" })).toBe("30");
  });

  it.each(SERVICES)("passes on every variable of %s that the cluster does not give", (service) => {
    const names = variablesOf(service);
    expect(names).toContain("LOG_LEVEL");
    const passed = Object.keys(inheritedEnv(Object.fromEntries(names.map((name) => [name, "1"]))));
    const others = names.filter((name) => !passed.includes(name));
    const given = [...OF_THE_CLUSTER, ...OF_A_SIMULATOR_ALONE];
    expect(others.filter((name) => !given.includes(name))).toEqual([]);
    expect(passed.filter((name) => given.includes(name))).toEqual([]);
  });

  it("passes on nothing that the documents do not name", () => {
    const docs = join(ROOT, "docs");
    const files = [join(ROOT, "README.md"), ...readdirSync(docs).map((file) => join(docs, file))];
    const text = files.map((file) => readFileSync(file, "utf8")).join("\n");
    const unnamed = [...INHERITED_VARIABLES].filter((name) => !text.includes(`\`${name}\``));
    expect(unnamed.filter((name) => !/^[a-z]+_proxy$/.test(name))).toEqual([]);
  });
});
