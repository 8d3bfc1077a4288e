import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { ServiceError } from "@canarec/service-kit/errors";

/** Far above any answer to what is written here. */
const MOST_BYTES = 1_024 * 1_024;

/** One connection to a broker, for requests that are answered in their order. */
export interface BrokerConnection extends Disposable {
  /**
   * @param chunks of one request.
   * @returns the answer from behind its correlation id.
   * @throws ServiceError "unavailable" where the connection breaks or the answer is late or another's; the
   *   connection is of no use then.
   */
  ask(correlationId: number, chunks: readonly Buffer[]): Promise<Buffer>;
}

export interface BrokerOptions {
  readonly host: string;
  readonly port: number;
  readonly connectMs: number;
  readonly answerMs: number;
}

/** @throws ServiceError "unavailable" where the broker does not take the connection in time. */
export async function openBrokerConnection(options: BrokerOptions): Promise<BrokerConnection> {
  const { host, port, connectMs, answerMs } = options;
  const socket = connect({ host, port, noDelay: true });
  socket.on("error", () => undefined); // told by what waits
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(connectMs) });
  } catch (cause) {
    socket.destroy();
    throw new ServiceError("unavailable", `no connection to ${host}:${port}`, { cause });
  }
  return {
    ask: (correlationId, chunks) => ask(socket, { correlationId, chunks, answerMs }),
    [Symbol.dispose]: () => socket.destroy(),
  };
}

interface Question {
  readonly correlationId: number;
  readonly chunks: readonly Buffer[];
  readonly answerMs: number;
}

function ask(socket: Socket, { correlationId, chunks, answerMs }: Question): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received: Buffer = Buffer.alloc(0);
    const end = (failure: string | undefined) => {
      clearTimeout(limit);
      socket.off("data", heard).off("close", closed);
      if (failure === undefined) resolve(received.subarray(8));
      else reject(new ServiceError("unavailable", failure));
    };
    const closed = () => end("the broker closed the connection");
    const heard = (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      if (received.length < 8) return;
      const bytes = received.readInt32BE(0) + 4;
      if (bytes > MOST_BYTES || received.readInt32BE(4) !== correlationId) end("not an answer");
      else if (received.length >= bytes) end(undefined);
    };
    const limit = setTimeout(() => end(`no answer within ${answerMs} ms`), answerMs);
    if (socket.destroyed) {
      closed();
      return;
    }
    socket.on("data", heard).on("close", closed);
    socket.cork();
    for (const chunk of chunks) socket.write(chunk);
    socket.uncork();
  });
}
