import { execFileSync, spawnSync } from "node:child_process";
import { type Stats, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ServiceError } from "@canarec/service-kit/errors";

/** Who runs a process. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  /** Set where folders on its way are closed to it: it may pass them all the same. */
  readonly passesClosedFolders?: boolean;
}

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

/** What gives a process, beside another user's name, root's way through folders. */
const PASSAGE = [
  "--securebits=+no_setuid_fixup", // else access(2) judges without the capability
  "--inh-caps=+dac_override",
  "--ambient-caps=+dac_override",
  "--clear-groups",
];

/**
 * The account, made able to reach the paths through folders that are closed to it, such as root's own
 * home. The program `setpriv` (util-linux) and the capability to use it are needed for that.
 *
 * @throws ServiceError `failed_precondition` naming the closed folder where they are absent.
 */
export function accountReaching(account: Account, paths: readonly string[]): Account {
  const closed = paths
    .map((path) => closedFolder(path, account))
    .find((path) => path !== undefined);
  if (closed === undefined) return account;
  const able = { ...account, passesClosedFolders: true };
  const { command, args } = runAs(able, "true", []);
  if (spawnSync(command, args).status === 0) return able;
  throw new ServiceError(
    "failed_precondition",
    `Postgres runs as the user "${POSTGRES_USER}" (it refuses root), who may not enter ${closed}: ` +
      "use another folder, run as another user, or set DATABASE_URL",
  );
}

export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** How to run a program under an account; under our own if none is given. */
export function runAs(
  account: Account | undefined,
  command: string,
  args: readonly string[],
): Invocation {
  if (account === undefined) return { command, args };
  const { uid, gid } = account;
  if (account.passesClosedFolders !== true) return { command, args, uid, gid };
  const identity = [`--reuid=${uid}`, `--regid=${gid}`];
  return { command: "setpriv", args: [...PASSAGE, ...identity, command, ...args] };
}
