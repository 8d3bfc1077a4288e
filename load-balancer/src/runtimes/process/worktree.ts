import { execFile } from "node:child_process";
import { cp, lstat, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { z } from "zod";
import { git } from "../repository.ts";

const run = promisify(execFile);

/** Our own packages: a worktree has its own. */
const OWN_SCOPE = "@canarec";

const INSTALL_LIMIT_MS = 600_000;

/** Last of what `prepare` writes, and where the dependencies are; a worktree without it is made anew. */
const MARK = ".canarec-prepared";
const SHARED = "shared";
const ITS_OWN = "its own";

export interface WorktreeOptions {
  /** The repository that refs are of; its dependencies are shared. */
  readonly repository: string;
  /** Worktrees are below it, by commit. */
  readonly folder: string;
}

/**
 * A worktree of a commit that can be run: with links of its own between its workspaces, and third-party
 * packages shared with the repository's where both lock the same, else installed.
 *
 * @returns its folder. @throws ServiceError where it cannot be made.
 */
export async function prepareWorktree(
  commit: string,
  { repository, folder }: WorktreeOptions,
  signal: AbortSignal,
): Promise<string> {
  const place = join(folder, commit);
  const mark = await readFile(join(place, MARK), "utf8").catch(() => undefined);
  if (mark === ITS_OWN) return place;
  // The repository's packages may be others by now.
  if (mark === SHARED && (await isLockedAlike(repository, place))) return place;
  await removeWorktree(commit, { repository, folder });
  await mkdir(folder, { recursive: true });
  try {
    await git(repository, ["worktree", "add", "--detach", "--force", place, commit]);
  } catch (cause) {
    const reason = `no worktree of ${commit} could be made: ${messageOf(cause)}`;
    throw new ServiceError("unavailable", reason, { cause });
  }
  signal.throwIfAborted();
  const isShared = await isLockedAlike(repository, place);
  if (isShared) await shareDependencies(repository, place);
  else await installDependencies(place, signal);
  await writeFile(join(place, MARK), isShared ? SHARED : ITS_OWN);
  return place;
}

/** Remove a worktree, whatever state it is in. */
export async function removeWorktree(
  commit: string,
  { repository, folder }: WorktreeOptions,
): Promise<void> {
  const place = join(folder, commit);
  await git(repository, ["worktree", "remove", "--force", "--force", place]).catch(() => undefined);
  await rm(place, { recursive: true, force: true });
  await git(repository, ["worktree", "prune"]).catch(() => undefined);
}

async function isLockedAlike(repository: string, place: string): Promise<boolean> {
  const [ours, theirs] = await Promise.all(
    [repository, place].map((root) => readFile(join(root, "package-lock.json"), "utf8")),
  );
  return ours === theirs && (await exists(join(repository, "node_modules")));
}

/** A folder of links: a package is found by the worktree's path, and finds its own by its real one. */
async function shareDependencies(repository: string, place: string): Promise<void> {
  const workspaces = await workspacesOf(place);
  await linkPackages(join(repository, "node_modules"), join(place, "node_modules"));
  const own = join(place, "node_modules", OWN_SCOPE);
  await mkdir(own, { recursive: true });
  for (const workspace of workspaces) {
    await symlink(join(place, workspace), join(own, workspace));
    const inner = join(repository, workspace, "node_modules");
    if (await exists(inner)) await linkPackages(inner, join(place, workspace, "node_modules"));
  }
}

async function linkPackages(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (name === OWN_SCOPE || (name.startsWith(".") && name !== ".bin")) continue;
    await symlink(join(from, name), join(to, name));
  }
  const lock = join(from, ".package-lock.json");
  if (await exists(lock)) await cp(lock, join(to, ".package-lock.json"));
}

async function workspacesOf(place: string): Promise<readonly string[]> {
  const manifest: unknown = JSON.parse(await readFile(join(place, "package.json"), "utf8"));
  return z.object({ workspaces: z.array(z.string().regex(/^[\w-]+$/)) }).parse(manifest).workspaces;
}

async function installDependencies(place: string, signal: AbortSignal): Promise<void> {
  const options = { cwd: place, signal, timeout: INSTALL_LIMIT_MS, maxBuffer: 16_000_000 };
  try {
    await run("npm", ["ci", "--no-audit", "--no-fund"], options);
  } catch (cause) {
    throw new ServiceError(
      "unavailable",
      `its dependencies could not be installed: ${said(cause)}`,
      {
        cause,
      },
    );
  }
}

/** Why npm failed: out of time, ended by whoever waits, or the first of its own words. */
function said(cause: unknown): string {
  const { stderr = "", killed = false } = cause as { stderr?: string; killed?: boolean };
  if (killed) return `npm ci took longer than ${INSTALL_LIMIT_MS / 1_000} s`;
  const errors = stderr.split("\n").filter((line) => line.startsWith("npm error "));
  return errors.slice(0, 3).join("; ") || stderr.trim() || messageOf(cause);
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
