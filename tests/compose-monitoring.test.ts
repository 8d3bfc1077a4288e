import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { MONITORING } from "./alerts.ts";
import { temporaryFolder } from "./servers.ts";

const ROOT = join(import.meta.dirname, "..");
const Compose = z.object({
  services: z.record(
    z.string(),
    z.looseObject({
      image: z.string(),
      profiles: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      command: z.array(z.string()).optional(),
      ports: z.array(z.string()).optional(),
      volumes: z.array(z.string()).optional(),
      read_only: z.boolean().optional(),
      networks: z.array(z.string()),
    }),
  ),
});
const { services } = Compose.parse(
  parse(readFileSync(join(ROOT, "docker-compose.yml"), "utf8"), { merge: true }),
);
const WATCHING = ["prometheus", "alertmanager", "grafana"];
const watching = WATCHING.flatMap((name) => {
  const service = services[name];
  return service === undefined ? [] : [{ name, ...service }];
});

/** The configuration that Alertmanager's container starts it with. */
function alertmanagerConfigWith(env: { SLACK_WEBHOOK_URL: string; ALERTS_BY: string }): string {
  using folder = temporaryFolder();
  const [script = ""] = services["alertmanager"]?.command ?? [];
  const here = script
    .replaceAll("$$", "$")
    .replaceAll("/tmp/", `${folder.path}/`)
    .replaceAll("/etc/alertmanager/", `${MONITORING}/alertmanager/`)
    .replace(/exec \/bin\/alertmanager .*/, 'cat "$config"');
  return execFileSync("/bin/sh", ["-ec", here], { env, encoding: "utf8" });
}

const PROMETHEUS = readFileSync(join(MONITORING, "prometheus/prometheus.yml"), "utf8");
const Jobs = z.object({
  alerting: z.unknown(),
  scrape_configs: z.array(
    z.looseObject({ job_name: z.string(), authorization: z.unknown().optional() }),
  ),
});

describe("those that watch the containers", () => {
  it("are there when they are asked for, in fixed versions, and cannot write but where they must", () => {
    expect(watching).toHaveLength(WATCHING.length);
    for (const service of watching) {
      expect(service).toMatchObject({ profiles: ["monitoring"], read_only: true });
      expect(service.image).toMatch(/^[a-z]+\/[a-z]+:v?\d+\.\d+\.\d+$/);
    }
  });

  it("are reached from this machine alone unless told otherwise", () => {
    const ports = watching.flatMap(({ ports = [] }) => ports);
    expect(ports).toHaveLength(WATCHING.length);
    for (const port of ports) expect(port).toMatch(/^\$\{[A-Z]+_ADDRESS:-127\.0\.0\.1:\d+\}:\d+$/);
  });

  it("read what lies in the repository", () => {
    const mounted = watching.flatMap(({ volumes = [] }) =>
      volumes.filter((volume) => volume.startsWith("./")).map((volume) => volume.split(":")),
    );
    expect(mounted.map(([folder]) => folder)).toEqual([
      "./monitoring/prometheus",
      "./monitoring/alertmanager",
      "./monitoring/grafana/provisioning",
      "./monitoring/grafana/dashboards",
    ]);
    for (const [folder = "", , mode] of mounted) {
      expect(existsSync(join(ROOT, folder))).toBe(true);
      expect(mode).toBe("ro");
    }
  });

  it("let nobody log in", () => {
    expect(services["grafana"]?.environment).toMatchObject({
      GF_AUTH_ANONYMOUS_ORG_ROLE: "Viewer",
      GF_AUTH_BASIC_ENABLED: "false",
      GF_AUTH_DISABLE_LOGIN_FORM: "true",
    });
  });

  it("and those who are asked for metrics have the token of these, which one service alone can write", () => {
    const file = "/run/canarec/metrics-token";
    const of = (volume: string) =>
      Object.keys(services).filter((name) => services[name]?.volumes?.includes(volume));
    const ours = Object.keys(services).filter(
      (name) => services[name]?.environment?.["METRICS_TOKEN_FILE"] === file,
    );
    const asked = ours.filter((name) => name !== "setup"); // it serves none
    expect(asked).toHaveLength(5);
    expect(of("metrics-token:/run/canarec:ro").toSorted()).toEqual(
      [...asked, "prometheus"].toSorted(),
    );
    expect(of("metrics-token:/run/canarec")).toEqual(["metrics-token"]);
    const { scrape_configs: jobs } = Jobs.parse(parse(PROMETHEUS));
    const withToken = jobs.filter(({ authorization }) => authorization !== undefined);
    for (const { authorization } of withToken) {
      expect(authorization).toEqual({ type: "Bearer", credentials_file: file });
    }
    const others = ["prometheus", "alertmanager"];
    expect(jobs.map(({ job_name: job }) => job).filter((job) => !others.includes(job))).toEqual(
      withToken.map(({ job_name: job }) => job),
    );
  });

  it("leave telling Slack to one of Alertmanager and monitoring", () => {
    const [theirs, ours] = ["alertmanager", "monitoring"].map(
      (name) => services[name]?.environment,
    );
    expect(theirs?.["ALERTS_BY"]).toBe("${ALERTS_BY:-monitoring}");
    expect(theirs?.["ALERTS_BY"]).toBe(ours?.["ALERTS_BY"]);
    expect(theirs?.["SLACK_WEBHOOK_URL"]).toBe(ours?.["SLACK_WEBHOOK_URL"]);
    const tells = (url: string, by: string) =>
      alertmanagerConfigWith({ SLACK_WEBHOOK_URL: url, ALERTS_BY: by }).includes(
        "slack_configs:\n",
      );
    expect(tells("http://127.0.0.1:1/s", "alertmanager")).toBe(true);
    expect(tells("http://127.0.0.1:1/s", "monitoring")).toBe(false);
    expect(tells("", "alertmanager")).toBe(false);
  });

  it("ask and tell services of these names, at the ports that they have", () => {
    const config = Jobs.parse(parse(PROMETHEUS));
    const named = [...JSON.stringify(config).matchAll(/"(?:http:\/\/)?([a-z-]+):(\d+)[/"]/g)];
    const ports = ({ environment = {}, ports = [] }: (typeof services)[string]) => [
      ...["PORT", "ADMIN_PORT", "METRICS_PORT"].flatMap((name) => environment[name] ?? []),
      ...ports.map((port) => port.split(":").at(-1)),
    ];
    expect(named.length).toBeGreaterThanOrEqual(7);
    for (const [, host = "", port] of named) {
      const service = services[host];
      expect(service === undefined ? [] : ports(service), host).toContain(port);
      expect(service?.networks, host).toContain("inner");
    }
    const jobs = config.scrape_configs.map(({ job_name: job }) => job);
    const ours = ["stream-parser", "control-plane", "load-balancer", "monitoring", "simulator"];
    expect(jobs).toEqual(expect.arrayContaining([...ours, "inference"]));
  });
});
