import { execFileSync } from "node:child_process";

/**
 * What the code in a folder is called in answers and exposures: the full commit, with `-dirty` where
 * tracked files differ from it; `dev` where there is no git to ask, or where the folder lies in a
 * checkout of something else.
 */
export function buildName(folder: string): string {
  try {
    git(folder, ["ls-files", "--error-unmatch", "package.json"]);
    const commit = git(folder, ["rev-parse", "--verify", "HEAD"]);
    const changed = git(folder, ["status", "--porcelain", "--untracked-files=no"]);
    return changed === "" ? commit : `${commit}-dirty`;
  } catch {
    return "dev";
  }
}

function git(folder: string, args: readonly string[]): string {
  return execFileSync("git", ["-C", folder, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}
