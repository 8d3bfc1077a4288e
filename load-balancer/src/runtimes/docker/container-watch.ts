import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { z } from "zod";
import { outgrew } from "../limits.ts";
import type { ReplicaExit } from "../runtime.ts";
import { lastLinesOf } from "./container-log.ts";
import { type Engine, isAbsent } from "./engine.ts";
import { ofInstallation } from "./labels.ts";

/** Before the engine is asked again, when it has gone away. */
const AGAIN_MS = 500;
/** Of its log, in what is told of a replica's end. */
const TOLD_LINES = 20;
const MIB = 1_048_576;

const Died = z.object({ Actor: z.object({ ID: z.string() }) });

export type ContainerWatch = ReturnType<typeof watchContainers>;

/** Tells of containers that end by themselves: by the engine's events, and by a look after each gap in them. */
export function watchContainers({ docker, patient }: Engine, installation: string) {
  const watched = new Map<string, string>();
  const listeners: ((exit: ReplicaExit) => void)[] = [];
  const closing = new AbortController();
  const lookAt = async (name: string) => {
    const id = watched.get(name);
    if (id === undefined) return;
    const exit = await exitOf(docker, name, id);
    // It may have been told, or asked to end, meanwhile.
    if (exit === undefined || watched.get(name) !== id) return;
    watched.delete(name);
    for (const listener of listeners) listener(exit);
  };
  const lookAtAll = () => Promise.all([...watched.keys()].map(lookAt));
  const follow = async () => {
    const label = [ofInstallation(installation)];
    const filters = { type: ["container" as const], event: ["die"], label };
    const events = await patient.getEvents({ filters, abortSignal: closing.signal });
    await lookAtAll();
    for await (const line of createInterface({ input: events })) {
      const died = Died.safeParse(JSON.parse(line)).data?.Actor.ID;
      for (const [name, id] of watched) if (id === died) await lookAt(name);
    }
  };
  const following = (async () => {
    while (!closing.signal.aborted) {
      await follow().catch(() => undefined);
      await sleep(AGAIN_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  })();
  return {
    /** It may have ended already: then that is told. */
    async add(name: string, id: string) {
      watched.set(name, id);
      await lookAt(name);
    },
    forget: (name: string) => watched.delete(name),
    onExit: (listener: (exit: ReplicaExit) => void) => void listeners.push(listener),
    async close() {
      closing.abort();
      await following;
    },
  };
}

/** How a container ended; undefined while it runs. */
async function exitOf(docker: Docker, name: string, id: string): Promise<ReplicaExit | undefined> {
  const container = docker.getContainer(id);
  try {
    const { State, HostConfig } = await container.inspect();
    if (State.Running) return undefined;
    const lastLines = await lastLinesOf(container, TOLD_LINES);
    const reason = State.OOMKilled
      ? outgrew(Math.round((HostConfig.Memory ?? 0) / MIB))
      : `ended with exit code ${State.ExitCode}`;
    return { name, reason, lastLines };
  } catch (failure) {
    if (isAbsent(failure)) return { name, reason: "was removed", lastLines: [] };
    throw failure;
  }
}
