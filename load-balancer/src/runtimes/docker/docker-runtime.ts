import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@canarec/service-kit/errors";
import type Docker from "dockerode";
import type { Container, ContainerInspectInfo } from "dockerode";
import { z } from "zod";
import { buildCommands } from "../build-command.ts";
import type { EndedCommand } from "../ended-command.ts";
import { oncePerKey } from "../once-per-key.ts";
import type { ReplicaSpec, RunningReplica, Runtime } from "../runtime.ts";
import { requireSchema } from "../schema.ts";
import { lastLinesOf, textFrom } from "./container-log.ts";
import { type ContainerWatch, watchContainers } from "./container-watch.ts";
import { type ContainerOptions, createCommand, createReplica } from "./containers.ts";
import { type Engine, engineAt, ignoreIfOver, isAbsent, removeContainer } from "./engine.ts";
import { type ImageOptions, journalOf, prepareImage, pruneImages, resolveCode } from "./images.ts";
import { LABEL, containerName, ofInstallation } from "./labels.ts";

const MIB = 1_048_576;
/** Longer than any command of a build takes. */
const LEFT_BEHIND_SECONDS = 3_600;

const Handle = z.object({ name: z.string(), container: z.string(), url: z.url() });

export interface DockerRuntimeOptions
  extends Omit<ImageOptions, keyof Engine>, Omit<ContainerOptions, keyof Engine | "volume"> {
  /** `unix:///path` or `tcp://host:port`; absent: the usual socket. */
  readonly engine?: string | undefined;
  /** After which a call of the engine has failed. */
  readonly callLimitMs?: number;
  /** Absent: one of this installation. */
  readonly volume?: string | undefined;
  /** What the build's own `bundle build` inherits: where the servers are. */
  readonly commandEnv: Readonly<Record<string, string>>;
  /** Tags of the migrations that the database has. */
  readonly appliedMigrations: () => Promise<readonly string[]>;
}

/** Builds as images, replicas as containers of one engine. */
export function openDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const { installation, volume = `canarec-${installation}` } = options;
  const engine = engineAt(options.engine, options.callLimitMs);
  const { docker } = engine;
  const watch = watchContainers(engine, installation);
  const images = { ...options, ...engine };
  const containers = { ...engine, installation, network: options.network, volume };
  const commands = { ...containers, env: options.commandEnv };
  const closing = new AbortController();
  const built = oncePerKey((code: string, signal: AbortSignal) =>
    prepareImage(code, images, signal),
  );
  const named = (name: string) => docker.getContainer(containerName(installation, name));
  return {
    kind: "docker",
    resolve: (ref) => resolveCode(ref, images),
    async prepare(code, signal) {
      // Whoever comes back finds it further on: a build that is cut off begins anew.
      await unlessAborted(built(code, closing.signal), signal);
      requireSchema(await journalOf(code, images), await options.appliedMigrations());
    },
    ...buildCommands((code, command, limit) => runCommand(code, command, { ...commands, limit })),
    start: (spec, signal) => startReplica(spec, containers, { watch, signal }),
    async adopt(handle) {
      const known = Handle.safeParse(handle).data;
      if (known === undefined) return undefined;
      const found = await inspect(docker.getContainer(known.container));
      if (found?.State.Running !== true || !isOurs(found, installation)) return undefined;
      await watch.add(known.name, found.Id);
      return runningFrom(handleOf(found, options.network));
    },
    onExit: (listener) => watch.onExit(listener),
    async stop(name, graceMs) {
      watch.forget(name);
      await endContainer(named(name), graceMs);
    },
    logTail: (name, lines) => lastLinesOf(named(name), lines),
    memoryMiB: (name) => memoryOf(named(name)),
    list: () => listReplicas(containers),
    async prune(keep) {
      await removeEnded(containers);
      return pruneImages(keep, images);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await watch.close();
    },
  };
}

/** What a task comes to, or why nobody waits for it any longer; it goes on then. */
async function unlessAborted<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  try {
    signal.throwIfAborted();
    const aborted = once(signal, "abort", { signal: done.signal });
    return await Promise.race([task, aborted.then(() => Promise.reject(signal.reason as Error))]);
  } finally {
    done.abort();
    task.catch(() => undefined);
  }
}

function runningFrom({ name, container, url }: z.output<typeof Handle>): RunningReplica {
  return { name, url, handle: { name, container, url } };
}

function isOurs({ Config }: ContainerInspectInfo, installation: string): boolean {
  return Config.Labels[LABEL.installation] === installation;
}

/** Undefined where there is none. */
async function inspect(container: Container): Promise<ContainerInspectInfo | undefined> {
  try {
    return await container.inspect();
  } catch (failure) {
    if (isAbsent(failure)) return undefined;
    throw failure;
  }
}

interface Starting {
  readonly watch: ContainerWatch;
  readonly signal: AbortSignal;
}

async function startReplica(
  spec: ReplicaSpec,
  options: ContainerOptions,
  { watch, signal }: Starting,
): Promise<RunningReplica> {
  const { docker, installation, network } = options;
  const present = await inspect(docker.getContainer(containerName(installation, spec.name)));
  if (present?.State.Running === true) {
    await watch.add(spec.name, present.Id);
    return runningFrom(handleOf(present, network));
  }
  if (present !== undefined) await removeContainer(docker.getContainer(present.Id));
  signal.throwIfAborted();
  const container = await createReplica(spec, options);
  try {
    await container.start();
    const replica = runningFrom(handleOf(await container.inspect(), network));
    signal.throwIfAborted();
    await watch.add(spec.name, container.id);
    return replica;
  } catch (failure) {
    await removeContainer(container).catch(() => undefined);
    throw failure;
  }
}

/** Where a container is reached: on the machine's own loopback, or by its address in its network. */
function handleOf({ Id, Config, NetworkSettings }: ContainerInspectInfo, network: string) {
  const port = Config.Env.find((pair) => pair.startsWith("PORT="))?.slice("PORT=".length) ?? "";
  const address = NetworkSettings.Networks[network]?.IPAddress ?? "";
  const host = network === "host" ? "127.0.0.1" : address;
  const name = Config.Labels[LABEL.name] ?? "";
  return { name, container: Id, url: `http://${host}:${port}` };
}

/** Ask a container to end, wait, end it by force, and forget it. */
async function endContainer(container: Container, graceMs: number): Promise<void> {
  if (await asksToEnd(container)) {
    const ended = container.wait().catch(ignoreIfOver);
    const cut = new AbortController();
    const grace = sleep(graceMs, undefined, { signal: cut.signal }).catch(() => undefined);
    await Promise.race([ended, grace]);
    cut.abort();
  }
  await removeContainer(container);
}

/** @returns whether there was anything to ask. */
async function asksToEnd(container: Container): Promise<boolean> {
  try {
    await container.kill({ signal: "SIGTERM" });
    return true;
  } catch (failure) {
    ignoreIfOver(failure);
    return false;
  }
}

async function memoryOf(container: Container): Promise<number | undefined> {
  try {
    const { memory_stats: memory } = await container.stats({ stream: false, "one-shot": true });
    // What is only cached of files is the machine's to take back; absent of one that has ended.
    const usage = memory.usage as number | undefined;
    if (usage === undefined) return undefined;
    const stats = memory.stats as Partial<Record<string, number>> | undefined;
    const cached = stats?.["total_inactive_file"] ?? stats?.["inactive_file"] ?? 0;
    return (usage - cached) / MIB;
  } catch (failure) {
    if (isAbsent(failure)) return undefined;
    throw failure;
  }
}

async function listReplicas(options: ContainerOptions): Promise<readonly RunningReplica[]> {
  const { docker, installation, network } = options;
  const label = [ofInstallation(installation), LABEL.name];
  const running = await docker.listContainers({ filters: { label } });
  const found = await Promise.all(running.map(({ Id }) => inspect(docker.getContainer(Id))));
  return found.filter((one) => one !== undefined).map((one) => runningFrom(handleOf(one, network)));
}

interface CommandOptions extends ContainerOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly limit: AbortSignal;
}

/** A command of a build, in a container of its own. */
async function runCommand(
  code: string,
  command: readonly string[],
  { limit, ...options }: CommandOptions,
): Promise<EndedCommand> {
  const container = await createCommand(code, command, options);
  try {
    await container.start();
    const ended = options.patient.getContainer(container.id).wait({ abortSignal: limit });
    const { StatusCode } = (await ended) as { StatusCode: number };
    const said = async (stream: "stdout" | "stderr") =>
      textFrom(
        await container.logs({ follow: false, stdout: false, stderr: false, [stream]: true }),
      );
    return { exitCode: StatusCode, stdout: await said("stdout"), stderr: await said("stderr") };
  } catch (failure) {
    return { exitCode: null, stdout: "", stderr: messageOf(failure) };
  } finally {
    await removeContainer(container);
  }
}

/** Containers that nobody came back to, as after a crash of the control plane. */
async function removeEnded({ docker, installation }: ContainerOptions): Promise<void> {
  const filters = { status: ["created", "exited", "dead"], label: [ofInstallation(installation)] };
  const ended = await docker.listContainers({ all: true, filters });
  const old = ended.filter(({ Created }) => Date.now() / 1_000 - Created > LEFT_BEHIND_SECONDS);
  await Promise.all(old.map(({ Id }) => removeContainer(docker.getContainer(Id))));
}

/** End every replica of an installation: nothing is left behind. */
export async function endContainers(
  docker: Docker,
  installation: string,
  graceMs: number,
): Promise<void> {
  const filters = { label: [ofInstallation(installation)] };
  const all = await docker.listContainers({ all: true, filters });
  await Promise.all(all.map(({ Id }) => endContainer(docker.getContainer(Id), graceMs)));
}
