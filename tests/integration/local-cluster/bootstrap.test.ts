import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "@canarec/local-cluster/port";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../../servers.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const BOOTSTRAP = join("local-cluster", "bootstrap.mjs");

let folder: TemporaryFolder;
let programs = "";

beforeEach(() => {
  folder = temporaryFolder();
  programs = join(folder.path, "programs");
  mkdirSync(programs);
});
afterEach(() => folder[Symbol.dispose]());

describe("npm start on a machine that lacks something", () => {
  it("names all that is missing at once, what to do, and the variable that replaces it", () => {
    const { status, complaints } = start();
    expect(status).toBe(1);
    expect(complaints).toEqual([
      expect.stringMatching(
        /^canarec: Java 17 or newer .* was not found: install it .*KAFKA_BROKERS/,
      ),
      expect.stringMatching(/^canarec: Maven .* was not found: install it .*KAFKA_BROKERS/),
    ]);
  });

  it("names what is missing of Prometheus and Alertmanager with the rest", () => {
    program("promtool");
    const { status, complaints } = start({}, [], undefined, ["--with-monitoring"]);
    expect(status).toBe(1);
    expect(complaints).toEqual([
      expect.stringMatching(/^canarec: Java 17 or newer /),
      expect.stringMatching(/^canarec: Maven /),
      expect.stringMatching(
        /^canarec: prometheus and alertmanager and amtool not found: .*start without --with-monitoring$/,
      ),
    ]);
  });

  it("says which Java is too old", () => {
    program("java", `echo 'openjdk version "11.0.2" 2019-01-15' >&2`);
    program("mvn");
    const { status, complaints } = start();
    expect(status).toBe(1);
    expect(complaints).toEqual([expect.stringMatching(/Java 17 or newer .*"java" is Java 11:/)]);
  });

  it("finds the Java of JAVA_HOME", () => {
    const home = join(folder.path, "jdk");
    mkdirSync(join(home, "bin"), { recursive: true });
    program("java", `echo 'openjdk version "21" 2023-09-19' >&2`, join(home, "bin"));
    const { status, complaints } = start({ JAVA_HOME: home });
    expect(status).toBe(1);
    expect(complaints).toEqual([expect.stringContaining("Maven is needed once")]);
  });

  it("needs Maven where the jars are of another version, or not all there", () => {
    program("java", `echo 'openjdk version "21" 2023-09-19' >&2`);
    const cache = join(folder.path, "cache");
    mkdirSync(join(cache, "kafka-1.0.0"), { recursive: true });
    writeFileSync(join(cache, "kafka-1.0.0", "kafka_2.13-1.0.0.jar"), "");
    const pom = readFileSync(join(ROOT, "local-cluster", "kafka-pom.xml"), "utf8");
    const [, version = ""] = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(pom) ?? [];
    mkdirSync(join(cache, `kafka-${version}`));
    expect(start({ CANAREC_CACHE: cache }).complaints).toEqual([
      expect.stringContaining("Maven is needed once"),
    ]);
  });

  it("says that Node is too old, and asks for nothing else before", () => {
    const { status, complaints } = start({}, [
      "--import",
      `data:text/javascript,Object.defineProperty(process,"version",{value:"v18.20.4"})`,
    ]);
    expect(status).toBe(1);
    expect(complaints).toEqual([
      "canarec: Node 20.19 or newer is needed, this is v18.20.4: install it from https://nodejs.org",
    ]);
  });

  it("needs neither with a Kafka of one's own, and then checks the environment of every service", () => {
    const home = join(folder.path, "home");
    const wrong = {
      STREAM_ZONE: "Nowhere/Town",
      RATING_MAX: "7",
      LOG_LEVEL: "loud",
      DEADLINE_MS: "soon",
      REPLICA_READY_SECONDS: "later",
      RELEASE_SCHEDULE: "tomorrow",
      SLACK_WEBHOOK_URL: "no-address",
      STATISTICS_SCHEDULE: "at noon",
      DATABASE_URL: "mysql://secret",
    };
    const { status, complaints } = start({ ...wrong, KAFKA_BROKERS: "127.0.0.1:1" }, [], home);
    expect(status).toBe(1);
    expect(complaints).toEqual([expect.stringMatching(/^canarec: invalid environment: /)]);
    for (const [name, value] of Object.entries(wrong)) {
      expect(complaints[0]).toContain(`${name}: `);
      expect(complaints[0]).not.toContain(value);
    }
    expect(existsSync(home)).toBe(false);
  });

  it("ends at once, with its last words, where Alertmanager does not start", async () => {
    for (const name of ["prometheus", "promtool", "amtool"]) program(name);
    program("alertmanager", "echo 'default.tmpl: no such file' >&2; exit 1");
    const home = join(folder.path, "home");
    const path = `${programs}:${process.env["PATH"] ?? ""}`;
    const port = String(await freePort());
    const variables = { PATH: path, KAFKA_BROKERS: "127.0.0.1:1" };
    const { status, complaints } = start(variables, [], home, [
      "--with-monitoring",
      "--port",
      port,
    ]);
    expect(status).toBe(1);
    expect(complaints).toEqual([
      `canarec: alertmanager ended at start: default.tmpl: no such file (log: ${home}/logs/alertmanager.log)`,
    ]);
    expect(existsSync(join(home, "postgres"))).toBe(false);
  });

  it("takes an empty CANAREC_HOME for none", () => {
    const { stdout } = run(ROOT, ["start", "--help"], { CANAREC_HOME: "" });
    expect(stdout).toContain(`"${join(ROOT, ".canarec")}"`);
    expect(run(ROOT, ["start", "--help"], { CANAREC_HOME: "/mine" }).stdout).toContain(`"/mine"`);
  });
});

describe("the dependencies of npm start", () => {
  it("are installed when absent, again when stale, and not when they are as locked", () => {
    const project = projectWith("1.0.0");
    expect(run(project, ["install"], withNpm()).stdout).toContain("node_modules is absent");
    expect(installedVersion(project)).toBe("1.0.0");
    expect(run(project, ["install"], withNpm()).stdout).toBe("");

    lock(project, "2.0.0"); // as after a pull
    const { status, stdout } = run(project, ["install"], withNpm());
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("node_modules/reel is absent or not as locked") as string,
    });
    expect(installedVersion(project)).toBe("2.0.0");
    expect(run(project, ["install"], withNpm()).stdout).toBe("");
  });

  it("end the start where npm fails, and say with which exit code", () => {
    const project = projectWith("1.0.0");
    program("npm", "exit 7");
    const failed = run(project, ["install"], { PATH: programs, npm_execpath: undefined });
    expect(failed.status).toBe(1);
    expect(failed.complaints).toEqual([expect.stringContaining("npm ci failed with exit code 7")]);
  });
});

/** `npm start` with no program but those of `programs`, and no jars. */
function start(
  variables: Readonly<Record<string, string>> = {},
  nodeOptions: readonly string[] = [],
  home = join(folder.path, "home"),
  args: readonly string[] = [],
) {
  const machine = {
    PATH: programs,
    JAVA_HOME: undefined,
    KAFKA_BROKERS: undefined,
    CANAREC_CACHE: join(folder.path, "no-jars"),
    CANAREC_HOME: home,
  };
  return run(ROOT, ["start", ...args], { ...machine, ...variables }, nodeOptions);
}

function run(
  project: string,
  args: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
  nodeOptions: readonly string[] = [],
) {
  const ran = spawnSync(process.execPath, [...nodeOptions, join(project, BOOTSTRAP), ...args], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, ...variables },
  });
  const complaints = ran.stderr.split("\n").filter((line) => line.startsWith("canarec: "));
  return { status: ran.status, stdout: ran.stdout, complaints };
}

function program(name: string, script = "exit 0", inFolder = programs): void {
  writeFileSync(join(inFolder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(inFolder, name), 0o755);
}

/** The npm of this machine, which needs no network for what lies beside it. */
function withNpm() {
  return { npm_execpath: undefined, npm_config_offline: "true" };
}

/** A repository of one dependency, a package that lies beside it in two versions. */
function projectWith(version: string): string {
  const project = join(folder.path, "project");
  for (const path of [BOOTSTRAP, join("local-cluster", "bootstrap")]) {
    cpSync(join(ROOT, path), join(project, path), { recursive: true });
  }
  for (const one of ["1.0.0", "2.0.0"]) {
    const source = join(folder.path, `reel-${one}`);
    mkdirSync(source);
    writeFileSync(join(source, "package.json"), JSON.stringify({ name: "reel", version: one }));
    npm(["pack", source, "--pack-destination", project], project);
  }
  lock(project, version);
  return project;
}

/** Made elsewhere, as by whoever pushed it. */
function lock(project: string, version: string): void {
  const elsewhere = join(folder.path, `lock-${version}`);
  mkdirSync(elsewhere);
  cpSync(join(project, `reel-${version}.tgz`), join(elsewhere, `reel-${version}.tgz`));
  const dependencies = { reel: `file:reel-${version}.tgz` };
  const manifest = { name: "project", version: "1.0.0", dependencies };
  writeFileSync(join(elsewhere, "package.json"), JSON.stringify(manifest));
  npm(["install", "--package-lock-only", "--no-audit"], elsewhere);
  for (const name of ["package.json", "package-lock.json"]) {
    cpSync(join(elsewhere, name), join(project, name));
  }
}

function npm(args: readonly string[], cwd: string): void {
  const env = { ...process.env, ...withNpm() };
  const ran = spawnSync("npm", args, { cwd, encoding: "utf8", env });
  expect(ran.status, ran.stderr).toBe(0);
}

function installedVersion(project: string): unknown {
  const path = join(project, "node_modules", "reel", "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}
