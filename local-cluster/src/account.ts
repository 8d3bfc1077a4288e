import { execFileSync } from "node:child_process";
import { type Stats, chmodSync, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";
import type { Account } from "./child.ts";

/** Postgres refuses to run as root, so root runs it as this user. */
const POSTGRES_USER = "postgres";

/**
 * The account that Postgres runs under: `undefined` for our own, or that of the user `postgres`,
 * who is created if need be, where we are root.
 *
 * @throws ServiceError `failed_precondition` if that user is absent and cannot be created.
 */
export function postgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const found = accountOf(POSTGRES_USER);
  if (found !== undefined) return found;
  try {
    execFileSync("useradd", ["--system", "--user-group", "--no-create-home", POSTGRES_USER], {
      stdio: "ignore",
    });
  } catch {
    // Said below: what counts is whether the user is there now.
  }
  const created = accountOf(POSTGRES_USER);
  if (created !== undefined) return created;
  throw new ServiceError(
    "failed_precondition",
    `Postgres does not run as root and the user "${POSTGRES_USER}" cannot be created: ` +
      "run as another user, or set DATABASE_URL",
  );
}

function accountOf(user: string): Account | undefined {
  try {
    const id = (flag: string): number =>
      Number(execFileSync("id", [flag, user], { stdio: ["ignore", "pipe", "ignore"] }).toString());
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    return undefined;
  }
}

/** What decides whether an account may pass through a folder. */
export type FolderMode = Pick<Stats, "mode" | "uid" | "gid">;

/** Whether an account may enter a folder, by the permission bits alone. */
export function mayEnter(folder: FolderMode, account: Account): boolean {
  if (account.uid === 0) return true;
  if (folder.uid === account.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === account.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}

/** The outermost folder on the way to `path` that the account may not enter, if any. */
export function closedFolder(path: string, account: Account): string | undefined {
  const absolute = resolve(path);
  const parent = dirname(absolute);
  const outer = parent === absolute ? undefined : closedFolder(parent, account);
  if (outer !== undefined || !existsSync(absolute)) return outer;
  const folder = statSync(absolute);
  return folder.isDirectory() && !mayEnter(folder, account) ? absolute : undefined;
}

/** Let the account pass through a folder of ours (not list it), where the permission bits forbid it. */
export function letPass(folder: string, account: Account): void {
  const mode = statSync(folder);
  if (mode.uid === process.getuid?.() && !mayEnter(mode, account)) {
    chmodSync(folder, mode.mode | 0o011);
  }
}
