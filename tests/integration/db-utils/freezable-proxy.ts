import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";

export interface FreezableProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on nothing passes either way, and nobody is told: as when a cable is pulled. */
  freeze(): void;
  /** New connections pass again; those frozen stay dead. */
  thaw(): void;
}

/** A TCP proxy in front of a server whose connections can be made to hang. */
export async function startFreezableProxy(host: string, port: number): Promise<FreezableProxy> {
  let isFrozen = false;
  const sockets = new Set<Socket>();
  const server = createServer((downstream) => {
    const upstream = connect(port, host);
    for (const [from, to] of [
      [downstream, upstream],
      [upstream, downstream],
    ] as const) {
      sockets.add(from);
      from.on("error", () => undefined);
      from.on("close", () => to.destroy());
      from.on("data", (data) => isFrozen || to.write(data));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    freeze() {
      isFrozen = true;
    },
    thaw() {
      for (const socket of sockets) socket.removeAllListeners("data").resume();
      isFrozen = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
