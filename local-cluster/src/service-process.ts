import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, type ChildSpec, startChild } from "./child.ts";
import type { ServicePlan } from "./services.ts";
import { startFailure, untilReady } from "./start-server.ts";

/** Whose services run unless another build of one was released. */
export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
const TIMEOUT_MS = 120_000;
const PROBE_MS = 2_000;
/** A service may finish what it is doing; one that hangs is ended. */
const GRACE_MS = 15_000;

/**
 * How Node runs a program of ours. inference has room for young objects, so that its collector of garbage
 * seldom holds answers up. The load balancer has not: its buffers for Kafka are freed only with the
 * young objects, and with room for many of those, memory outside the heap would force full collections.
 *
 * @param program from the root of the repository.
 * @param folder the root of the code.
 */
export function nodeArguments(program: string, folder = CHECKOUT): string[] {
  const room = program.startsWith("inference/") ? ["--max-semi-space-size=64"] : [];
  return [...room, "--import", "tsx", join(folder, program)];
}

export interface ServiceSurroundings {
  /** Absolute path; the log goes to `logs/` below it. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The root of the code; this checkout unless given. */
  readonly folder?: string;
}

/**
 * Start a service of ours and wait until it says that it can do its work.
 *
 * @throws ServiceError as startServer does.
 */
export async function startService(
  plan: ServicePlan,
  surroundings: ServiceSurroundings,
  signal: AbortSignal,
): Promise<Child> {
  const { folder = CHECKOUT } = surroundings;
  const spec: ChildSpec = {
    name: plan.name,
    command: process.execPath,
    args: nodeArguments(plan.program, folder),
    env: { ...surroundings.env, ...plan.env },
    logFile: join(surroundings.home, "logs", `${plan.name}.log`),
    pidFile: join(surroundings.home, "run", `${plan.name}.pid`),
    stopSignal: "SIGTERM",
    graceMs: GRACE_MS,
    cwd: folder,
    ipc: true,
  };
  const child = await startChild(spec);
  const isReady = () => answersOk(plan.readyUrl);
  const outcome = await untilReady({ timeoutMs: TIMEOUT_MS, signal, isReady }, child);
  if (outcome === "ready") return child;
  await child.stop();
  throw startFailure(spec, outcome);
}

/** Whether a request is answered by a 2xx. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PROBE_MS) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
