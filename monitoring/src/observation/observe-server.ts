import { statfs } from "node:fs/promises";
import type { Database } from "@canarec/db-utils/database";
import { serverState, tableBytes } from "@canarec/db-utils/observation/server-state";
import type { Observer } from "./start-observation.ts";

/** What Postgres says of itself. */
export function observeServer({ pool }: Pick<Database, "pool">): Observer {
  return {
    name: "server",
    everyMs: 15_000,
    gauges: [
      "canarec_database_server_connections",
      "canarec_database_server_connections_limit",
      "canarec_database_oldest_transaction_seconds",
      "canarec_database_size_bytes",
    ],
    async look() {
      const state = await serverState(pool);
      return [
        { name: "canarec_database_server_connections", value: state.connections },
        { name: "canarec_database_server_connections_limit", value: state.connectionsLimit },
        {
          name: "canarec_database_oldest_transaction_seconds",
          value: state.oldestTransactionSeconds,
        },
        { name: "canarec_database_size_bytes", value: state.bytes },
      ];
    },
  };
}

export function observeTables({ pool }: Pick<Database, "pool">): Observer {
  return {
    name: "tables",
    everyMs: 300_000,
    gauges: ["canarec_database_table_bytes"],
    async look() {
      const tables = await tableBytes(pool);
      return tables.map(({ table, bytes }) => ({
        ...{ name: "canarec_database_table_bytes" as const, labels: { table }, value: bytes },
      }));
    },
  };
}

/** The disk on which the home lies: what the embedded servers, bundles, logs and the spool write to. */
export function observeDisk(home: string): Observer {
  return {
    name: "disk",
    everyMs: 15_000,
    gauges: ["canarec_disk_free_bytes", "canarec_disk_size_bytes"],
    async look() {
      const { bavail, blocks, bsize } = await statfs(home);
      const labels = { place: "home" };
      return [
        { name: "canarec_disk_free_bytes", labels, value: bavail * bsize },
        { name: "canarec_disk_size_bytes", labels, value: blocks * bsize },
      ];
    },
  };
}
