import { describe, expect, it } from "vitest";
import {
  type ServiceChoices,
  innerServices,
  publicUrl,
  servicePlans,
  sharedEnv,
} from "./services.ts";

const choices: ServiceChoices = { simulator: true, linesPerSecond: 25 };

const at = {
  databaseUrl: "postgres://canarec:secret@127.0.0.1:5432/canarec",
  kafkaBrokers: "127.0.0.1:9092",
  chromaUrl: "http://127.0.0.1:8000",
  home: "/data",
  host: "127.0.0.1",
  publicPort: 8082,
  ports: Object.fromEntries(innerServices(choices).map((name, index) => [name, 20_000 + index])),
};

const plan = (name: string, chosen = choices) =>
  servicePlans(at, chosen).find((one) => one.name === name);

describe("servicePlans", () => {
  it("starts what is asked before what asks", () => {
    const order = servicePlans(at, choices);
    expect(order.map(({ name }) => name)).toEqual([
      "stream-parser",
      "control-plane",
      "load-balancer",
      "monitoring",
      "simulator",
    ]);
    expect(order.map(({ stage }) => stage)).toEqual([0, 0, 0, 1, 1]);
  });

  it("leaves the replicas to the control plane, and gives the load balancer the public port", () => {
    const balancer = plan("load-balancer");
    expect(balancer?.env).toMatchObject({ PORT: "8082" });
    expect(balancer?.env["REPLICA_URLS"]).toBeUndefined();
    expect(balancer?.readyUrl).not.toContain(":8082");
    const admin = new URL(balancer?.readyUrl ?? "").origin;
    expect(plan("control-plane")?.env).toMatchObject({ DATA_PLANE_URLS: admin });
    expect(plan("monitoring")?.env).toMatchObject({
      DATA_PLANE_URLS: admin,
      STREAM_PARSER_URLS: plan("stream-parser")?.url,
    });
  });

  it("shows the simulated platform to the stream parser, where there is one", () => {
    const without = { simulator: false, linesPerSecond: undefined };
    expect(plan("stream-parser")?.env["METADATA_URL"]).toBe(plan("simulator")?.url);
    expect(plan("stream-parser", without)?.env["METADATA_URL"]).toBeUndefined();
    expect(plan("simulator", without)).toBeUndefined();
    expect(plan("simulator")?.env).toMatchObject({
      RATE: "25",
      RECOMMEND_URL: "http://127.0.0.1:8082",
    });
  });

  it("leaves alerts to Alertmanager where that watches", () => {
    expect(plan("monitoring")?.env["ALERTS_BY"]).toBeUndefined();
    const watched = plan("monitoring", { ...choices, monitoring: true });
    expect(watched?.env["ALERTS_BY"]).toBe("alertmanager");
  });

  it("gives every service a port of its own", () => {
    const ports = servicePlans(at, choices).map(({ readyUrl }) => new URL(readyUrl).port);
    expect(new Set(ports).size).toBe(ports.length);
  });

  it("opens the public address alone where a host is given", () => {
    const open = { ...at, host: "0.0.0.0" };
    const hosts = servicePlans(open, choices).map(({ env }) => env["HOST"]);
    expect(hosts.filter((host) => host !== undefined)).toEqual(["0.0.0.0"]);
    expect(sharedEnv(open)["HOST"]).toBe("127.0.0.1");
    expect(publicUrl(open)).toBe("http://127.0.0.1:8082");
  });
});
