import { ServiceError } from "@canarec/service-kit/errors";
import type { Resources } from "@canarec/service-kit/lifecycle";
import type { KeptPorts } from "./kept-ports.ts";
import type { RunningServer } from "./start-server.ts";
import { type SupervisionEvents, supervise } from "./supervise.ts";

export interface ServerStart {
  readonly port: number | undefined;
  readonly signal: AbortSignal;
}

export interface ServerSupervision {
  readonly ports: KeptPorts;
  readonly events: SupervisionEvents;
  /** Ends the start. */
  readonly signal: AbortSignal;
}

/**
 * Start a server and keep it running at a port that is kept from start to start. Everybody knows its address, so it
 * comes back at the same port or not at all.
 *
 * @throws what its first start throws.
 */
export async function superviseServer(
  owner: Resources,
  supervision: ServerSupervision,
  server: { readonly name: string; start(at: ServerStart): Promise<RunningServer> },
): Promise<RunningServer> {
  const { ports, events, signal } = supervision;
  const { name } = server;
  let first: RunningServer | undefined;
  const start = async (stopping: AbortSignal): Promise<RunningServer> => {
    const port = first?.port ?? ports.preferred(name);
    const running = await server.start({ port, signal: AbortSignal.any([stopping, signal]) });
    first ??= running;
    if (running.port === first.port) return running;
    await running.stop();
    throw new ServiceError("unavailable", `its port ${first.port} was taken by another process`);
  };
  owner.use(await supervise({ name, start }, events));
  if (first === undefined) throw new Error("unreachable: its start has returned");
  ports.keep(name, first.port);
  return first;
}
