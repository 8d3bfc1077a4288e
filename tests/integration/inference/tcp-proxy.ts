import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";

/** Stands between a service and its database, and can be cut. */
export interface TcpProxy extends AsyncDisposable {
  /** The target's URL through the proxy. */
  readonly url: string;
  /** End every connection and refuse new ones. */
  cut(): void;
  /** Keep every connection open and let nothing through, as a dead network does. */
  freeze(): void;
  mend(): void;
}

export async function openTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: "open" | "cut" | "frozen" = "open";
  const server = createServer((near) => {
    if (state === "cut") {
      near.destroy();
      return;
    }
    const far = connect(Number(port), hostname);
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, into] of [pair, [far, near] as const]) {
      from.on("data", (chunk) => {
        if (state === "open") into.write(chunk); // what is sent while frozen is lost for good
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        into.destroy();
        pairs.delete(pair);
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endAll = () => {
    for (const socket of [...pairs].flat()) socket.destroy();
  };
  return {
    url: url.href,
    cut() {
      state = "cut";
      endAll();
    },
    freeze: () => (state = "frozen"),
    mend() {
      if (state === "frozen") endAll();
      state = "open";
    },
    async [Symbol.asyncDispose]() {
      endAll();
      server.close();
      await once(server, "close");
    },
  };
}
