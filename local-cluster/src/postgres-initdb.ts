import { execFile } from "node:child_process";
import { chmodSync, chownSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ServiceError } from "@canarec/service-kit/errors";
import { type Account, runAs } from "./account.ts";

const run = promisify(execFile);

export interface NewPostgres {
  readonly dataFolder: string;
  readonly password: string;
  readonly account: Account | undefined;
  /** Path of the program. */
  readonly initdb: string;
}

/**
 * Make the data folder of a new Postgres, unless there is one. Made beside its place and renamed
 * when complete, so that an interrupted run leaves nothing half made.
 *
 * @throws ServiceError `unavailable` if initdb fails.
 */
export async function initialisePostgres(wanted: NewPostgres): Promise<void> {
  if (existsSync(wanted.dataFolder)) return;
  const folder = `${wanted.dataFolder}.new`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, wanted.password, { mode: 0o600 });
  if (wanted.account !== undefined) {
    chmodSync(folder, 0o700);
    for (const path of [folder, passwordFile]) {
      chownSync(path, wanted.account.uid, wanted.account.gid);
    }
  }
  await initdb(wanted, join(folder, "data"), passwordFile);
  renameSync(join(folder, "data"), wanted.dataFolder);
  rmSync(folder, { recursive: true, force: true });
}

async function initdb(wanted: NewPostgres, data: string, passwordFile: string): Promise<void> {
  const args = [
    ...["--pgdata", data, "--username", "canarec", "--pwfile", passwordFile],
    ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"],
    // The same order of texts on every machine, whatever locales it has.
    ...["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"],
  ];
  const { command, args: all, ...identity } = runAs(wanted.account, wanted.initdb, args);
  try {
    const env = { PATH: process.env["PATH"], LC_ALL: "C" };
    await run(command, all, { env, cwd: "/", ...identity });
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr?.trim().split("\n").at(-1);
    throw new ServiceError("unavailable", `initdb failed: ${said ?? String(cause)}`, { cause });
  }
}
