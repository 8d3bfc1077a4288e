import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort, isFree, requireListenable } from "./port.ts";

describe("requireListenable", () => {
  it("tells a port that is taken from an address that is not this machine's", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const taken = (server.address() as AddressInfo).port;
    await expect(requireListenable(taken, "127.0.0.1")).rejects.toThrow(
      `port ${taken} is in use: choose another with --port`,
    );
    server.close();
    await once(server, "close");
    await requireListenable(taken, "127.0.0.1");
    await expect(requireListenable(taken, "203.0.113.1")).rejects.toThrow(
      "203.0.113.1 (HOST) is no address that can be listened on here (EADDRNOTAVAIL)",
    );
  });
});

describe("freePort", () => {
  it("is the preferred one if that is free, another one if not", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const taken = (server.address() as AddressInfo).port;
    expect(await isFree(taken)).toBe(false);
    expect(await freePort(taken)).not.toBe(taken);
    server.close();
    await once(server, "close");
    expect(await freePort(taken)).toBe(taken);
  });

  it("stays below the range of outgoing connections", async () => {
    const port = await freePort();
    expect(port).toBeGreaterThanOrEqual(15_000);
    expect(port).toBeLessThan(32_768);
  });
});
