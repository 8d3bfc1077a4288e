import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ServiceError } from "@canarec/service-kit/errors";

const run = promisify(execFile);

/** What a repository has checked out. */
export interface Checkout {
  readonly commit: string;
  /** Tracked files that differ from it. */
  readonly changedFiles: number;
}

/**
 * What is checked out in the repository that releases are of.
 *
 * @throws ServiceError `failed_precondition` where there is no git, no repository or no commit: only
 *   commits are served.
 */
export async function readCheckout(repository: string): Promise<Checkout> {
  try {
    const commit = await git(repository, ["rev-parse", "--verify", "HEAD"]);
    // A folder within a checkout of something else is none of ours.
    await git(repository, ["ls-files", "--error-unmatch", "package.json"]);
    const changed = await git(repository, ["status", "--porcelain", "--untracked-files=no"]);
    return { commit, changedFiles: changed === "" ? 0 : changed.split("\n").length };
  } catch (cause) {
    throw new ServiceError("failed_precondition", problemOf(repository, cause), { cause });
  }
}

async function git(repository: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run("git", ["-C", repository, ...args]);
  return stdout.trimEnd();
}

function problemOf(repository: string, cause: unknown): string {
  const { code, stderr = "" } = cause as { code?: unknown; stderr?: string };
  if (code === "ENOENT") return "git is needed: builds are commits";
  if (stderr.includes("dubious ownership")) {
    return `git does not trust ${repository}: git config --global --add safe.directory ${repository}`;
  }
  return (
    `${repository} is no git repository with a commit, and builds are commits: ` +
    "clone it, or git init && git add --all && git commit --message first"
  );
}
