import { lookup } from "node:dns/promises";
import * as net from "node:net";
import { getSystemErrorName } from "node:util";
import { ServiceError } from "@canarec/service-kit/errors";

/** A bound socket as Node has it inside. */
interface BoundSocket {
  /** @returns an error's number, or 0. */
  getsockname(into: { port?: number }): number;
  close(): void;
}

/** A socket on which workers listen; while one process has it open, connections wait rather than being refused. */
export interface ListeningSocket extends Disposable {
  /** To be sent to a worker. */
  readonly handle: object;
  readonly port: number;
}

/**
 * Bind the public address without listening on it. node:cluster makes its sockets by the same function, but
 * closes one with its last worker; and a net.Server would take connections in this process.
 *
 * @throws ServiceError "unavailable" when the address is taken or not ours.
 */
export async function openListeningSocket(host: string, port: number): Promise<ListeningSocket> {
  const refuse = (code: string) =>
    new ServiceError("unavailable", `cannot listen on ${host}:${port}: ${code}`);
  const { address, family } = await lookup(host).catch(() => {
    throw refuse("ENOTFOUND");
  });
  const bind = (net as unknown as { _createServerHandle: CreateServerHandle })._createServerHandle;
  const handle = bind(address, port, family);
  if (typeof handle === "number") throw refuse(getSystemErrorName(handle));
  const name: { port?: number } = {};
  const failure = handle.getsockname(name); // says what bind has put off
  if (failure !== 0 || name.port === undefined) {
    handle.close();
    throw refuse(failure === 0 ? "no port" : getSystemErrorName(failure));
  }
  return { handle, port: name.port, [Symbol.dispose]: once(() => handle.close()) };
}

type CreateServerHandle = (host: string, port: number, family: number) => BoundSocket | number;

function once(task: () => void): () => void {
  let left = 1;
  return () => {
    if (left-- > 0) task();
  };
}
