import { execFile } from "node:child_process";
import { cp, lstat, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ServiceError } from "@canarec/service-kit/errors";
import { z } from "zod";

const run = promisify(execFile);

/** Our own packages: a worktree has its own. */
const OWN_SCOPE = "@canarec";

const INSTALL_LIMIT_MS = 600_000;

/** Last of what `prepare` does: a worktree without it is made anew. */
const MARK = ".canarec-prepared";

export interface WorktreeOptions {
  /** The repository that refs are of; its dependencies are shared. */
  readonly repository: string;
  /** Worktrees are below it, by commit. */
  readonly folder: string;
}

/**
 * The full commit of a ref.
 *
 * @throws ServiceError `not_found`; `failed_precondition` where the folder is no repository.
 */
export async function resolveRef(repository: string, ref: string): Promise<string> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
  try {
    return (await git(repository, args)).trim();
  } catch (cause) {
    await git(repository, ["rev-parse", "--git-dir"]).catch(() => {
      throw new ServiceError("failed_precondition", "the code is not in a git repository", {
        cause,
      });
    });
    throw new ServiceError("not_found", `there is no commit ${ref}`, { cause });
  }
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
  if (await exists(join(place, MARK))) return place;
  await removeWorktree(commit, { repository, folder });
  await mkdir(folder, { recursive: true });
  try {
    await git(repository, ["worktree", "add", "--detach", "--force", place, commit]);
  } catch (cause) {
    throw new ServiceError("unavailable", `no worktree of ${commit} could be made`, { cause });
  }
  signal.throwIfAborted();
  if (await isLockedAlike(repository, place)) await shareDependencies(repository, place);
  else await installDependencies(place, signal);
  await writeFile(join(place, MARK), "");
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

/** Tags of the migrations that a worktree's code knows. */
export async function migrationsOf(place: string): Promise<readonly string[]> {
  const file = join(place, "db-utils", "drizzle", "meta", "_journal.json");
  const journal: unknown = JSON.parse(await readFile(file, "utf8"));
  return z
    .object({ entries: z.array(z.object({ tag: z.string() })) })
    .parse(journal)
    .entries.map(({ tag }) => tag);
}

async function git(repository: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run("git", ["-C", repository, ...args], { maxBuffer: 16_000_000 });
  return stdout;
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
    const said = (cause as { stderr?: string }).stderr?.trim().split("\n").at(0) ?? "";
    throw new ServiceError("unavailable", `its dependencies could not be installed: ${said}`, {
      cause,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
