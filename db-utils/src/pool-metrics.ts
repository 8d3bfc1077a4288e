import { Counter, Gauge, type Registry } from "@canarec/service-kit/metrics";
import type pg from "pg";

/** Of a pool, what its metrics read. */
export type WatchedPool = Pick<
  pg.Pool,
  "totalCount" | "idleCount" | "waitingCount" | "options" | "on"
>;

/** The pools of a service by name, as metrics. */
export interface PoolMetrics {
  /** Tell of a pool from now on. Call it once for each, before anything is asked of it. */
  watch(name: string, pool: WatchedPool): void;
}

/** What is read of a pool when it is scraped. */
const READ: Readonly<Record<string, readonly [string, (pool: WatchedPool) => number]>> = {
  canarec_database_connections_limit: [
    "Connections that the pool may open",
    ({ options }) => options.max,
  ],
  canarec_database_clients_waiting: [
    "Who waits for a connection of the pool",
    ({ waitingCount }) => waitingCount,
  ],
};

/** The instruments of a service's pools of connections to Postgres. */
export function createPoolMetrics(registry: Registry): PoolMetrics {
  const pools = new Map<string, WatchedPool>();
  const registers = [registry];
  for (const [name, [help, read]] of Object.entries(READ)) {
    new Gauge({
      ...{ name, help, registers, labelNames: ["pool"] as const },
      collect() {
        for (const [pool, watched] of pools) this.set({ pool }, read(watched));
      },
    });
  }
  new Gauge({
    name: "canarec_database_connections",
    help: "Connections of the pool by whether somebody uses them",
    labelNames: ["pool", "state"] as const,
    registers,
    collect() {
      for (const [pool, { totalCount, idleCount }] of pools) {
        this.set({ pool, state: "idle" }, idleCount);
        this.set({ pool, state: "used" }, totalCount - idleCount);
      }
    },
  });
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ["pool"] as const, registers });
  const opened = counter("canarec_database_connections_opened_total", "Connections opened");
  const lost = counter("canarec_database_connections_lost_total", "Idle connections that broke");
  return {
    watch(name, pool) {
      pools.set(name, pool);
      opened.inc({ pool: name }, pool.totalCount);
      lost.inc({ pool: name }, 0);
      pool.on("connect", () => opened.inc({ pool: name }));
      pool.on("error", () => lost.inc({ pool: name }));
    },
  };
}
