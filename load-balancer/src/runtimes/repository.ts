import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ServiceError } from "@canarec/service-kit/errors";

const run = promisify(execFile);

/** Of journals and lists, not of archives. */
const OUTPUT_BYTES = 16_000_000;

/** What git says of a repository. @throws what execFile does. */
export async function git(repository: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run("git", ["-C", repository, ...args], { maxBuffer: OUTPUT_BYTES });
  return stdout;
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
