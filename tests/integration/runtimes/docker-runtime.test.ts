import { type AddressInfo, type Socket, createConnection, createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { openDockerRuntime } from "@canarec/load-balancer/runtimes/docker/docker-runtime";
import type { ReplicaExit, Runtime } from "@canarec/load-balancer/runtimes/runtime";
import type { ContainerInspectInfo } from "dockerode";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BUILD_LIMIT_MS, ENGINE, whyNoReplica } from "../../container-engine.ts";
import { temporaryFolder } from "../../servers.ts";
import { type DockerWorld, openDockerWorld } from "./docker-world.ts";
import { ask, never, specOf } from "./runtime-world.ts";

const JOURNAL = "db-utils/drizzle/meta/_journal.json";
const noImage = whyNoReplica();

describe("images and their containers", () => {
  let world: DockerWorld;
  let runtime: Runtime;
  let code: string;

  beforeAll(async () => {
    if (noImage !== undefined) return;
    world = await openDockerWorld();
    code = world.repository.commit("first");
    runtime = world.open();
    await runtime.prepare(code, never);
  }, BUILD_LIMIT_MS);
  afterAll(async () => {
    if (noImage !== undefined) return;
    await runtime[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });
  beforeEach(({ skip }) => skip(noImage !== undefined, noImage));

  const inspect = (handle: unknown): Promise<ContainerInspectInfo> =>
    world.docker.getContainer((handle as { container: string }).container).inspect();

  it("gives a replica labels, limits and no more rights than it needs", async () => {
    const { handle } = await runtime.start(specOf(code, "limited", { releaseId: 7 }), never);
    const { Config, HostConfig } = await inspect(handle);
    expect(Config.User).toBe("10001:10001");
    expect(Config.Labels).toMatchObject({
      "canarec.installation": world.options.installation,
      "canarec.name": "limited",
      "canarec.release": "7",
      "canarec.code": code,
    });
    expect(HostConfig).toMatchObject({
      RestartPolicy: { Name: "no" },
      Memory: 640 * 1_048_576,
      MemorySwap: 640 * 1_048_576,
      CapDrop: ["ALL"],
      ReadonlyRootfs: true,
      SecurityOpt: ["no-new-privileges"],
    });
    await runtime.stop("limited", 2_000);
  });

  it("reaches a replica by its address in a network", async () => {
    const { docker, options } = world;
    const name = `${options.installation}-inner`;
    const network = await docker.createNetwork({ Name: name, Internal: true });
    try {
      await using inside = openDockerRuntime({ ...options, network: name });
      const replica = await inside.start(specOf(code, "inside"), never);
      expect(new URL(replica.url).port).toBe("8083");
      expect(await ask(replica)).toMatchObject({ word: "first" });
      expect((await inside.adopt(replica.handle))?.url).toBe(replica.url);
      expect(await inside.list()).toEqual([replica]);
      await inside.stop("inside", 2_000);
    } finally {
      await network.remove();
    }
  });

  it("runs an image that was built elsewhere", async () => {
    const other = world.repository.commit("second");
    await runtime.prepare(other, never);
    const tag = `canarec-${world.options.installation}:${other}`;
    const id = await runtime.resolve(tag);
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
    const { repository: _, ...rest } = world.options;
    await using onlyImages = openDockerRuntime(rest);
    expect(await onlyImages.resolve(id)).toBe(id);
    await expect(onlyImages.resolve("HEAD")).rejects.toMatchObject({ code: "not_found" });
    await onlyImages.prepare(id, never);
    expect(await onlyImages.buildBundle(id, never)).toBe("ab".repeat(32));
    const replica = await onlyImages.start(specOf(id, "elsewhere"), never);
    expect(await ask(replica)).toMatchObject({ word: "second" });
    expect(await runtime.prune([code])).toEqual([]); // it is in use
    await onlyImages.stop("elsewhere", 2_000);
    expect(await runtime.prune([code, id])).toEqual([]); // it may be wanted again
    expect(await runtime.prune([code])).toEqual([other]);
    await expect(onlyImages.prepare(id, never)).rejects.toMatchObject({ code: "not_found" });
  });

  it("says why an image could not be built, and why a commit is no build", async () => {
    const broken = world.repository.commit("third", {
      Dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN echo out of $(echo thread) && false\n",
    });
    await expect(runtime.prepare(broken, never)).rejects.toThrow("out of thread");
    const stranger = world.repository.commit("fourth", { Dockerfile: "FROM scratch\nCOPY . ./\n" });
    world.repository.git("rm", "--quiet", "-r", "db-utils");
    world.repository.git("commit", "--quiet", "--message", "fifth");
    expect(stranger).not.toBe(await runtime.resolve("HEAD"));
    await expect(runtime.prepare(await runtime.resolve("HEAD"), never)).rejects.toMatchObject({
      code: "failed_precondition",
    });
  });

  it("lets a build go on that nobody waits for, until somebody does", async () => {
    const slow = world.repository.commit("sixth", {
      Dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN sleep 3\nCOPY . ./\n",
      [JOURNAL]: JSON.stringify({ entries: [] }),
    });
    const noTime = AbortSignal.timeout(500);
    await expect(runtime.prepare(slow, noTime)).rejects.toThrow("timeout");
    await runtime.prepare(slow, never);
    const { Config } = await world.docker
      .getImage(`canarec-${world.options.installation}:${slow}`)
      .inspect();
    expect(Config.Labels).toMatchObject({ "canarec.code": slow });
  });

  it("ends with its builds", async () => {
    const endless = world.repository.commit("seventh", {
      Dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN sleep 600\n",
    });
    const other = world.open();
    const preparing = expect(other.prepare(endless, never)).rejects.toThrow("aborted");
    await new Promise((resolve) => setTimeout(resolve, 500));
    await other[Symbol.asyncDispose]();
    await preparing;
  });

  it("hears later of what ended while the engine could not be asked", async () => {
    await using between = await standBetween();
    const exits: ReplicaExit[] = [];
    await using through = openDockerRuntime({ ...world.options, engine: between.engine });
    through.onExit((exit) => exits.push(exit));
    const replica = await through.start(specOf(code, "unheard"), never);
    await ask(replica);
    await between.cut();
    await fetch(`${replica.url}/crash`).catch(() => undefined);
    await expect(through.list()).rejects.toThrow();
    await between.join();
    await expect
      .poll(() => exits, { timeout: 20_000 })
      .toMatchObject([{ name: "unheard", reason: "ended with exit code 7" }]);
    await through.stop("unheard", 0);
  });

  it("gives up on an engine that does not answer", async () => {
    await using between = await standBetween(() => undefined);
    const options = { ...world.options, engine: between.engine, callLimitMs: 200 };
    await using through = openDockerRuntime(options);
    await expect(through.list()).rejects.toThrow();
    await expect(through.stop("nobody", 0)).rejects.toThrow();
  });

  it("reaches an engine by TCP", async () => {
    await using between = await standBetween(undefined, "tcp");
    await using through = openDockerRuntime({ ...world.options, engine: between.engine });
    const replica = await through.start(specOf(code, "far"), never);
    expect(await ask(replica)).toMatchObject({ word: "first" });
    await through.stop("far", 2_000);
  });
});

/** An address of the engine's that can be cut off. */
async function standBetween(
  serve: (client: Socket) => void = (client) => {
    const engine = createConnection(ENGINE?.replace("unix://", "") ?? "/var/run/docker.sock");
    engine.on("error", () => client.destroy()).on("close", () => client.destroy());
    client.on("close", () => engine.destroy());
    client.pipe(engine).pipe(client);
  },
  kind: "unix" | "tcp" = "unix",
) {
  const folder = temporaryFolder();
  const path = join(folder.path, "engine.sock");
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    clients.add(client.on("error", () => undefined));
    serve(client);
  });
  const listen = async () => {
    if (kind === "unix") server.listen(path);
    else server.listen(0, "127.0.0.1");
    await once(server, "listening");
  };
  const cut = async () => {
    const closed = once(server, "close");
    server.close();
    for (const client of clients) client.destroy();
    await closed;
  };
  await listen();
  const { port } = server.address() as AddressInfo;
  return {
    engine: kind === "unix" ? `unix://${path}` : `tcp://127.0.0.1:${port}`,
    cut,
    join: listen,
    async [Symbol.asyncDispose]() {
      await cut();
      folder[Symbol.dispose]();
    },
  };
}
