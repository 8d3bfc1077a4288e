import { ServiceError } from "@canarec/service-kit/errors";
import Docker, { type Container, type DockerOptions } from "dockerode";

const DEFAULT_SOCKET = "/var/run/docker.sock";

/** Of an engine that does not answer; ending a container by force takes it some seconds. */
const CALL_LIMIT_MS = 60_000;

/** Clients of one engine. */
export interface Engine {
  /** Gives up on a call without an answer. */
  readonly docker: Docker;
  /** For events, builds and commands, which may be silent for long. */
  readonly patient: Docker;
}

/**
 * The clients of a container engine; nothing is asked yet.
 *
 * @param address `unix:///path` or `tcp://host:port`; absent: the usual socket.
 * @throws ServiceError `invalid_argument` for an address of another kind.
 */
export function engineAt(
  address = `unix://${DEFAULT_SOCKET}`,
  callLimitMs = CALL_LIMIT_MS,
): Engine {
  const at = placeOf(address);
  return { docker: new Docker({ ...at, timeout: callLimitMs }), patient: new Docker(at) };
}

function placeOf(address: string): DockerOptions {
  // Without a host, dockerode takes the environment's.
  if (address.startsWith("unix://")) {
    return { host: "", socketPath: address.slice("unix://".length) };
  }
  const [, host, port] = /^tcp:\/\/([^\s/:]+):(\d+)$/.exec(address) ?? [];
  if (host !== undefined) return { protocol: "http", host, port: Number(port) };
  throw new ServiceError("invalid_argument", "the engine is neither unix://… nor tcp://host:port");
}

function statusOf(failure: unknown): number | undefined {
  return (failure as { statusCode?: number }).statusCode;
}

/** What the engine says of something that is not there. */
export function isAbsent(failure: unknown): boolean {
  return statusOf(failure) === 404;
}

/** For what may be over already: absent (404), not running or on its way (409), as asked (304). */
export function ignoreIfOver(failure: unknown): void {
  if (![304, 404, 409].includes(statusOf(failure) ?? 0)) throw failure;
}

/** Whether it runs or not, and with the volumes that have no name. */
export async function removeContainer(container: Container): Promise<void> {
  await container.remove({ force: true, v: true }).catch(ignoreIfOver);
}
