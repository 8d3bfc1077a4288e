import { EventEmitter } from "node:events";
import { createRegistry } from "@canarec/service-kit/metrics";
import { describe, expect, it } from "vitest";
import { type WatchedPool, createPoolMetrics } from "./pool-metrics.ts";

/** A pool that is as it is told. */
function pool(state: { totalCount: number; idleCount: number; waitingCount: number }) {
  const events = new EventEmitter();
  const watched = Object.assign(events, state, { options: { max: 7 } });
  return { watched: watched as unknown as WatchedPool & EventEmitter, state: watched };
}

describe("the metrics of pools", () => {
  it("tell of each pool by its name, as it is when it is scraped", async () => {
    const registry = createRegistry("test");
    const metrics = createPoolMetrics(registry);
    const main = pool({ totalCount: 1, idleCount: 1, waitingCount: 0 });
    const other = pool({ totalCount: 0, idleCount: 0, waitingCount: 0 });
    metrics.watch("main", main.watched);
    metrics.watch("other", other.watched);
    Object.assign(main.state, { totalCount: 5, idleCount: 2, waitingCount: 3 });
    for (let opened = 0; opened < 4; opened += 1) main.watched.emit("connect");
    main.watched.emit("error", new Error("broken"));

    const lines = (await registry.metrics()).split("\n");
    const valueOf = (name: string, ...labels: string[]) =>
      Number(
        lines
          .find((line) => line.startsWith(`${name}{`) && labels.every((one) => line.includes(one)))
          ?.split(" ")[1],
      );
    expect(valueOf("canarec_database_connections", 'pool="main"', 'state="used"')).toBe(3);
    expect(valueOf("canarec_database_connections", 'pool="main"', 'state="idle"')).toBe(2);
    expect(valueOf("canarec_database_connections_limit", 'pool="main"')).toBe(7);
    expect(valueOf("canarec_database_clients_waiting", 'pool="main"')).toBe(3);
    expect(valueOf("canarec_database_connections_opened_total", 'pool="main"')).toBe(5);
    expect(valueOf("canarec_database_connections_lost_total", 'pool="main"')).toBe(1);
    expect(valueOf("canarec_database_connections_opened_total", 'pool="other"')).toBe(0);
    expect(valueOf("canarec_database_connections", 'pool="other"', 'state="used"')).toBe(0);
  });
});
