import { execFile } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createConnection, createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { openDatabase } from "@canarec/db-utils/database";
import { migrationStatus } from "@canarec/db-utils/migrations";
import {
  endContainers,
  openDockerRuntime,
} from "@canarec/load-balancer/runtimes/docker/docker-runtime";
import { freePort } from "@canarec/local-cluster/port";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import type Docker from "dockerode";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  BUILD_LIMIT_MS,
  ENGINE,
  NO_COMPOSE,
  ROOT,
  composeCommand,
  testImage,
  whyNoReplica,
} from "../../container-engine.ts";
import { freshDatabase, temporaryFolder } from "../../servers.ts";
import { ask, range, until } from "../load-balancer/load-balancer-under-test.ts";
import { openDockerWorld } from "../runtimes/docker-world.ts";
import { never } from "../runtimes/runtime-world.ts";

const run = promisify(execFile);
const BUNDLE = "ab".repeat(32);
const SOCKET = (ENGINE ?? "unix:///var/run/docker.sock").replace("unix://", "");
const compose = composeCommand();
const why =
  compose === undefined
    ? NO_COMPOSE
    : (whyNoReplica() ?? (existsSync(SOCKET) ? undefined : "the engine has no socket here"));

/** Postgres of this machine's loopback, at an address of the engine's network. */
async function forward(host: string, databaseUrl: string, opened: Resources): Promise<string> {
  const { hostname, port } = new URL(databaseUrl);
  const server = createServer((client) => {
    const postgres = createConnection(Number(port), hostname);
    for (const socket of [client, postgres]) {
      socket.on("error", () => undefined);
      opened.defer(() => void socket.destroy());
    }
    client.pipe(postgres).pipe(client);
  }).listen(0, host);
  await once(server, "listening");
  opened.defer(() => void server.close());
  const url = new URL(databaseUrl);
  url.host = `${host}:${(server.address() as AddressInfo).port}`;
  return url.href;
}

async function gatewayOf(docker: Docker, network: string): Promise<string> {
  const found = (await docker.getNetwork(network).inspect()) as {
    IPAM: { Config: { Gateway: string }[] };
  };
  return (found.IPAM.Config[0]?.Gateway ?? "").replace(/\/.*/, "");
}

/** The compose file's control plane and load balancer, over small builds and a database of this machine. */
async function openComposed() {
  await using opened = new Resources();
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const fresh = opened.use(await freshDatabase());
  const database = opened.use(await openDatabase(fresh.url));
  const { applied } = await migrationStatus(database);
  await database.pool.query(
    `insert into bundles values ($1, now(), 3, 1, false, 'complete', 'c', '{}', '{}')`,
    [BUNDLE],
  );
  const { docker, repository, options } = opened.use(await openDockerWorld());
  const { installation } = options;
  const entries = applied.map((tag) => ({ tag }));
  const journal = { "db-utils/drizzle/meta/_journal.json": JSON.stringify({ entries }) };
  await using runtime = openDockerRuntime({ ...options, appliedMigrations: async () => applied });
  const imageOf = async (word: string) => {
    const code = repository.commit(word, journal);
    await runtime.prepare(code, never);
    return `canarec-${installation}:${code}`;
  };
  const [first, second] = [await imageOf("first"), await imageOf("second")];
  const image = await testImage("services");
  opened.defer(() => image[Symbol.dispose]());

  const publicPort = await freePort();
  const env = {
    ...{ POSTGRES_PASSWORD: "unused", DOCKER_GROUP: String(statSync(SOCKET).gid) },
    ...{ DOCKER_SOCKET: SOCKET, CANAREC_IMAGE: image.tag, CANAREC_INSTALLATION: installation },
    ...{ MAIN_REPLICAS: "1", REPLICA_MEMORY_MIB: "256" },
    ...{ PUBLIC_ADDRESS: `127.0.0.1:${publicPort}` },
    ...{ ADMIN_ADDRESS: `127.0.0.1:${await freePort()}` },
  };
  const changes = join(folder.path, "changes.json");
  const change = (control: object) =>
    writeFileSync(
      changes,
      JSON.stringify({ services: { "control-plane": { environment: control } } }),
    );
  change({ FIRST_RELEASE: first });
  const [command = "", ...prefix] = compose ?? [];
  // Not at a standstill meanwhile: Postgres is reached through this process.
  const composed = async (...args: string[]) => {
    const files = ["-p", installation, "-f", "docker-compose.yml", "-f", changes];
    const options = { cwd: ROOT, env: { ...process.env, ...env } };
    return (await run(command, [...prefix, ...files, ...args], options)).stdout;
  };
  opened.defer(async () => {
    await composed("down", "--volumes", "--timeout", "2");
  });
  opened.defer(() => endContainers(docker, installation, 500)); // replicas are none of compose's
  opened.defer(async () => {
    await composed("stop", "--timeout", "2", "control-plane");
  });
  const services = ["--no-deps", "control-plane", "load-balancer"];
  await composed("up", "--no-start", ...services);
  const host = await gatewayOf(docker, `canarec-${installation}`);
  change({ FIRST_RELEASE: first, DATABASE_URL: await forward(host, fresh.url, opened) });
  await composed("up", "-d", ...services);
  const canarec = async (...args: string[]) => {
    const cli = ["exec", "-T", "control-plane", "node", "cli/bin/canarec.mjs", ...args];
    return JSON.parse(await composed(...cli, "--json")) as Record<string, unknown>;
  };
  return disposable(opened, { url: `http://127.0.0.1:${publicPort}`, second, canarec });
}

describe("a release of the compose file's system", () => {
  let world: Awaited<ReturnType<typeof openComposed>>;
  beforeAll(async () => {
    if (why === undefined) world = await openComposed();
  }, BUILD_LIMIT_MS);
  afterAll(async () => {
    if (why === undefined) await world[Symbol.asyncDispose]();
  });
  beforeEach(({ skip }) => skip(why !== undefined, why));

  const words = async () => {
    const answers = await ask(world.url, range(20), 4);
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    return new Set(answers.map(({ movies }) => movies[0]?.split("+")[0] ?? ""));
  };

  it("serves the image of the services first, and then the one that was promoted", async () => {
    const isReady = async () => (await ask(world.url, [1], 1))[0]?.text.startsWith("first+");
    await until(async () => (await isReady().catch(() => false)) === true);
    expect(await words()).toEqual(new Set(["first"]));
    const { canarec } = world;
    const submitted = ["--ref", world.second, "--plan", "quick", "--bundle", BUNDLE];
    const { releaseId } = await canarec("release", "submit", ...submitted);
    const state = async () => {
      const { rollout } = await canarec("release", "status", String(releaseId));
      return (rollout as { state: string }).state;
    };
    await until(async () => (await state()) === "ramping");
    await canarec("release", "promote", String(releaseId), "--reason", "a test");
    await until(async () => (await state()) === "promoted");
    expect(await words()).toEqual(new Set(["second"]));
  });
});
