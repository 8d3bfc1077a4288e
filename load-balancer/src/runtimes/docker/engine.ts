import { ServiceError } from "@canarec/service-kit/errors";
import Docker, { type Container } from "dockerode";

const DEFAULT_SOCKET = "/var/run/docker.sock";

/**
 * The client of a container engine; nothing is asked yet.
 *
 * @param address `unix:///path` or `tcp://host:port`; absent: the usual socket.
 * @throws ServiceError `invalid_argument` for an address of another kind.
 */
export function engineAt(address = `unix://${DEFAULT_SOCKET}`): Docker {
  if (address.startsWith("unix://")) {
    // Without a host, dockerode takes the environment's.
    return new Docker({ host: "", socketPath: address.slice("unix://".length) });
  }
  const url = URL.parse(address);
  if (url?.protocol !== "tcp:" || url.port === "") {
    throw new ServiceError(
      "invalid_argument",
      "the engine is neither unix://… nor tcp://host:port",
    );
  }
  return new Docker({ protocol: "http", host: url.hostname, port: Number(url.port) });
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
