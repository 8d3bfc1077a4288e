import { execFile } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";

const run = promisify(execFile);

/** Whether PostgreSQL's own tool can be used, and why (not). */
export type PgDumpChoice =
  | { readonly tool: string; readonly version: string; readonly reason: string }
  | { readonly tool: null; readonly reason: string };

/**
 * Look for a `pg_dump` that can read the server: an older one than the server refuses to.
 *
 * @param tool its path, or a name to be looked up in PATH.
 * @param serverMajor the server's major version.
 */
export async function choosePgDump(tool: string, serverMajor: number): Promise<PgDumpChoice> {
  let output: string;
  try {
    output = (await run(tool, ["--version"])).stdout.trim();
  } catch {
    return { tool: null, reason: "no pg_dump was found" };
  }
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(output)?.[1] ?? 0);
  if (major < serverMajor) {
    return {
      tool: null,
      reason: `the pg_dump found is version ${major}, older than the server's ${serverMajor}`,
    };
  }
  return { tool, version: output, reason: `${output} is at least as new as the server` };
}

export interface PgDumpRequest {
  readonly tool: string;
  readonly url: string;
  /** Of an open transaction: the dump shows the very rows of the other files. */
  readonly snapshot: string;
  readonly path: string;
}

/**
 * Dump the database in PostgreSQL's custom format, for `pg_restore`.
 *
 * @throws ServiceError "internal" with what the tool says.
 */
export async function dumpDatabase({ tool, url, snapshot, path }: PgDumpRequest): Promise<void> {
  const address = new URL(url);
  const passwordFile = `${path}.password`; // an argument is visible to every user of the machine
  await writeFile(passwordFile, `*:*:*:*:${escaped(decodeURIComponent(address.password))}\n`, {
    mode: 0o600,
  });
  address.password = "";
  address.searchParams.set("passfile", passwordFile);
  try {
    await run(tool, [
      "--format=custom",
      `--snapshot=${snapshot}`,
      `--file=${path}`,
      `--dbname=${address.href}`,
    ]);
  } catch (failure) {
    throw new ServiceError("internal", `pg_dump failed: ${messageOf(failure)}`, { cause: failure });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** As a password file wants it. */
function escaped(password: string): string {
  return password.replaceAll("\\", "\\\\").replaceAll(":", "\\:");
}
