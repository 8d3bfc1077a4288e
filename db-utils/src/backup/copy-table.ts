import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { type CopyDigest, createDigester } from "./copy-digest.ts";
import type { TablePlan } from "./tables.ts";

/** Settings that decide how values look as text: the same on every server. */
export const COPY_SETTINGS = `
  set local timezone = 'UTC';
  set local datestyle = 'ISO, YMD';
  set local bytea_output = 'hex';
  set local extra_float_digits = 1;
  set local client_encoding = 'UTF8';
  set local work_mem = '128MB'`;

/** Write the rows of a table, in its order, through `sinks`. */
export async function copyTable(
  client: pg.ClientBase,
  { table, columns, order }: TablePlan,
  sinks: readonly [NodeJS.WritableStream, ...NodeJS.WritableStream[]],
): Promise<CopyDigest> {
  const names = columns.map((name) => pg.escapeIdentifier(name)).join(", ");
  const source = client.query(
    copyTo(
      `copy (select ${names} from ${pg.escapeIdentifier(table)} order by ${order.join(", ")}) to stdout`,
    ),
  );
  const digester = createDigester();
  await pipeline([source, digester.stream, ...sinks]);
  return digester.digest();
}

/** The rows' count and checksum alone. */
export function digestTable(client: pg.ClientBase, table: TablePlan): Promise<CopyDigest> {
  const nowhere = new Writable({
    write(_chunk, _encoding, done) {
      done();
    },
  });
  return copyTable(client, table, [nowhere]);
}
