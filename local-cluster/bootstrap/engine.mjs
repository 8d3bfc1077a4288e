/**
 * A container engine for a run of the tests, where this machine can have one: the one that answers, or
 * Debian's docker.io as root, with a folder, a socket and a process of its own and without a bridge or a
 * rule of the firewall's. Bounded in time; what it leaves behind is a base image in the cache.
 * Dependency-free.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { run } from "./bounded-command.mjs";
import { baseImageFile, lastWords } from "./engine-words.mjs";

const LIMIT_MS = 240_000;
const ANSWER_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 20_000;
/** As in the Dockerfile. */
const USUAL_BASE = "node:22-bookworm-slim";
const OWN_BASE = "canarec-base:own";
const MAKE_BASE = fileURLToPath(new URL("base-image.sh", import.meta.url));
const CERTIFICATES = "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt";

/**
 * @typedef {{ env: Record<string, string>, stop: () => Promise<void> }} Engine
 *   `env`: what the tests find it by; CANAREC_NO_ENGINE is why there is none.
 */

/**
 * @param {{ mayInstall: boolean, say: (line: string) => void, limitMs?: number, isRoot?: boolean }} options
 *   `mayInstall`: Debian packages.
 * @returns {Promise<Engine>} never rejects.
 */
export async function openEngine({ mayInstall, say, limitMs = LIMIT_MS, isRoot = isRootHere() }) {
  const opened = { env: {}, stop: async () => undefined };
  const signal = AbortSignal.timeout(limitMs);
  const startedMs = Date.now();
  try {
    await prepare(opened, { mayInstall, isRoot, signal, cache: cacheFolder() });
    const seconds = Math.round((Date.now() - startedMs) / 1_000);
    if (Object.keys(opened.env).length > 0)
      say(`containers: an engine is ready after ${seconds} s`);
  } catch (failure) {
    await opened.stop();
    const why = signal.aborted
      ? `no engine was ready within ${limitMs / 1_000} s`
      : failure.message;
    say(`containers: their tests are skipped: ${why}`);
    return { env: { CANAREC_NO_ENGINE: why }, stop: async () => undefined };
  }
  return opened;
}

function isRootHere() {
  return process.getuid?.() === 0;
}

function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "canarec");
}

async function prepare(opened, { mayInstall, isRoot, signal, cache }) {
  let client = await clientThatBuilds(signal);
  if (client === undefined || !(await succeeds(client, ["info"], signal))) {
    if (!isRoot) throw new Error("no container engine answers, and starting one needs root");
    await provide("dockerd", "docker.io", { mayInstall, signal });
    client ??= await clientThatBuilds(signal);
    if (client === undefined) throw new Error("no docker client here can build with BuildKit");
    mkdirSync(cache, { recursive: true });
    removeLeftovers(cache);
    const engine = await startEngine(join(cache, `engine-${process.pid}`), client, signal);
    opened.stop = engine.stop;
    opened.env.DOCKER_HOST = engine.host;
  }
  if (client !== "docker") opened.env.DOCKER = client;
  const env = { ...process.env, ...opened.env };
  const base = process.env.BASE_IMAGE || USUAL_BASE;
  if (await succeeds(client, ["image", "inspect", base], signal, env)) return;
  if (!isRoot) throw new Error(`the base image ${base} is not here, and making one needs root`);
  await provide("debootstrap", "debootstrap", { mayInstall, signal });
  const file = await baseFile(cache, signal);
  const changes = ["--change", 'CMD ["node"]', "--change", `ENV ${CERTIFICATES}`];
  await must(client, ["import", ...changes, file, OWN_BASE], signal, env);
  await must(
    client,
    ["run", "--rm", "--network", "host", OWN_BASE, "node", "--version"],
    signal,
    env,
  );
  opened.env.BASE_IMAGE = OWN_BASE;
}

/** The first client that can build with BuildKit: newer ones need a plug-in for it. */
async function clientThatBuilds(signal) {
  const env = { ...process.env, DOCKER_BUILDKIT: "1" };
  for (const client of [process.env.DOCKER, "docker", "/usr/bin/docker"]) {
    if (client && (await succeeds(client, ["build", "--help"], signal, env))) return client;
  }
  return undefined;
}

/** Have a program: install its Debian package where it is absent and that is allowed. */
async function provide(program, debianPackage, { mayInstall, signal }) {
  if (await succeeds("sh", ["-c", `command -v ${program}`], signal)) return;
  if (!mayInstall) throw new Error(`${program} is not installed (Debian: ${debianPackage})`);
  if (!(await succeeds("apt-get", ["--version"], signal))) {
    throw new Error(`${program} is not installed, and there is no apt-get`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "--quiet"], { signal, env }); // one of many sources may be away
  const install = ["install", "--quiet", "--yes", "--no-install-recommends", debianPackage];
  await must("apt-get", install, signal, env);
}

async function startEngine(folder, client, signal) {
  mkdirSync(folder, { recursive: true });
  const host = `unix://${join(folder, "engine.sock")}`;
  const log = openSync(join(folder, "log"), "w");
  const options = [
    ...["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec")],
    ...["--pidfile", join(folder, "pid"), "--host", host, "--storage-driver", "overlay2"],
    ...["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false"],
  ];
  // It ends with us, however we end; and Ctrl-C is not for it.
  const command = ["--pdeathsig", "TERM", "dockerd", ...options];
  const stdio = ["ignore", log, log];
  const engine = spawn("setpriv", command, { stdio, detached: true });
  let ended = false;
  const end = new Promise((resolve) => {
    engine.on("error", (failure) => resolve(failure.message)).on("exit", () => resolve(undefined));
  }).then((problem) => {
    ended = true;
    return problem;
  });
  const stop = async () => {
    engine.kill("SIGTERM");
    await Promise.race([end, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
    if (!ended) engine.kill("SIGKILL");
    await end;
    removeFolder(folder);
  };
  const env = { ...process.env, DOCKER_HOST: host };
  for (const endMs = Date.now() + ANSWER_LIMIT_MS; ; await sleep(200)) {
    if (!ended && (await succeeds(client, ["version"], signal, env))) return { host, stop };
    if (!ended && Date.now() < endMs && !signal.aborted) continue;
    const words = lastWords(readFileSync(join(folder, "log"), "utf8"));
    await stop();
    throw new Error(`dockerd did not start: ${(await end) ?? words}`);
  }
}

/** Debian's minimal system with the Node of this machine, as a tar file; made once for each Node. */
async function baseFile(cache, signal) {
  const file = join(cache, baseImageFile(process.version, process.arch));
  if (!existsSync(file)) {
    mkdirSync(cache, { recursive: true });
    await must("bash", [MAKE_BASE, file], signal);
  }
  return file;
}

/** Of runs that were killed. */
function removeLeftovers(cache) {
  for (const name of readdirSync(cache)) {
    const pid = /^engine-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) removeFolder(join(cache, name));
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What is still mounted below it would keep it. */
function removeFolder(folder) {
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.reverse()) spawnSync("umount", ["--lazy", path]);
  spawnSync("rm", ["-rf", folder]); // Node's own takes several times as long for so many files
}

async function succeeds(program, args, signal, env) {
  return (await run(program, args, { signal, env })).code === 0;
}

async function must(program, args, signal, env) {
  const { code, said } = await run(program, args, { signal, env });
  if (code !== 0) throw new Error(`${program} ${args[0]} failed: ${lastWords(said)}`);
}
