import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/**
 * A container engine for tests, where this machine has one: with BuildKit, and with a base image that is
 * there already. DOCKER_HOST names another engine, DOCKER another client, BASE_IMAGE another base. What is
 * not there is said and skipped; `.ci/run` starts an engine where it can.
 */
export const ROOT = path.resolve(import.meta.dirname, "..");
export const DOCKER = process.env["DOCKER"] ?? "docker";
const DEFAULT_BASE = "node:22-bookworm-slim";
/** Of this machine, for the step that installs packages; they stay out of the image. */
const SECRETS = {
  ca: "/etc/ssl/certs/ca-certificates.crt",
  npmrc: path.join(homedir(), ".npmrc"),
};
const RUN_LIMIT_MS = 120_000;
export const BUILD_LIMIT_MS = 900_000;

/** As the docker runtime takes it; undefined for the usual socket. */
export const ENGINE = process.env["DOCKER_HOST"];

export function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): SpawnSyncReturns<string> {
  const options = { cwd: ROOT, encoding: "utf8", timeout: RUN_LIMIT_MS } as const;
  return spawnSync(command, args, { ...options, env: { ...process.env, ...env } });
}

const succeeds = (command: string, ...args: string[]) => run(command, args).status === 0;
export const docker = (...args: string[]) => run(DOCKER, args, { DOCKER_BUILDKIT: "1" });

export function baseImage(): string {
  return process.env["BASE_IMAGE"] ?? DEFAULT_BASE;
}

/** Why no image can be built here; undefined where one can. */
export function whyNoImage(): string | undefined {
  if (docker("info").status !== 0) {
    return process.env["CANAREC_NO_ENGINE"] ?? "no container engine answers";
  }
  if (docker("build", "--help").status !== 0) return "the engine's client cannot build";
  return docker("image", "inspect", baseImage()).status === 0
    ? undefined
    : `the base image ${baseImage()} is not here`;
}

/** Why no replica can run as a container here, in reach of this machine; undefined where one can. */
export function whyNoReplica(): string | undefined {
  if (process.platform !== "linux") return "containers have no network in common with this machine";
  return whyNoImage();
}

export const NO_COMPOSE = "neither docker compose nor docker-compose is installed";

/** How to call compose, as a plugin of the client or as a command; undefined where there is neither. */
export function composeCommand(): readonly [string, ...string[]] | undefined {
  if (succeeds(DOCKER, "compose", "version")) return [DOCKER, "compose"];
  if (succeeds("docker-compose", "version")) return ["docker-compose"];
  return undefined;
}

export interface TestImage extends Disposable {
  readonly tag: string;
}

/**
 * The project's image, of the files as they are. Whoever asks later, or at once, gets it from the engine's
 * cache. Gone when disposed.
 *
 * @param build what the code is called.
 */
export async function testImage(build: string): Promise<TestImage> {
  const tag = `canarec-test-${randomBytes(4).toString("hex")}`;
  const secrets = Object.entries(SECRETS)
    .filter(([, file]) => existsSync(file))
    .flatMap(([id, file]) => ["--secret", `id=${id},src=${file}`]);
  const named = ["--build-arg", `BASE_IMAGE=${baseImage()}`, "--build-arg", `BUILD=${build}`];
  // Of a network of its own it would need addresses; nothing here listens.
  const args = ["build", ...named, "--network", "host", ...secrets, "-t", tag, "."];
  const env = { ...process.env, DOCKER_BUILDKIT: "1" };
  const building = spawn(DOCKER, args, { cwd: ROOT, env, timeout: BUILD_LIMIT_MS });
  let said = "";
  for (const stream of [building.stdout, building.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4_000)));
  }
  const code = await new Promise((resolve, reject) => {
    building.on("error", reject).on("close", resolve);
  });
  if (code !== 0) throw new Error(`the image could not be built: ${said}`);
  return { tag, [Symbol.dispose]: () => void docker("image", "rm", "--force", tag) };
}
