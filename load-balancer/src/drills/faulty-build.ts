import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ServiceError, messageOf } from "@canarec/service-kit/errors";
import { resolveRef } from "../runtimes/repository.ts";

const run = promisify(execFile);

/** What a build can be made to do; `fault.mjs` does it. */
export const FAULTS = {
  crash: "ends in the middle of the traffic",
  errors: "fails 1 % of its requests",
  slow: "answers 2 % of its requests after a second",
  worse: "recommends the worst-rated movies",
  random: "recommends any of 300 movies",
  hang: "answers probes, and no user",
  short: "recommends 19 movies",
  html: "answers with HTML",
  leak: "keeps 16 MB of each request",
  silent: "listens, and answers nobody",
  exit: "ends by itself after ten minutes",
} as const;
export type Fault = keyof typeof FAULTS;

const ENTRY = "inference/src/main.ts";
const FAULT_FILE = "inference/src/fault.mjs";
const DECLARED = 'const FAULT = "none";';

/** Equal changes of equal builds are the same commit. */
const AUTHOR = { name: "canarec drill", email: "drill@localhost", date: "@0 +0000" };

export interface Source {
  readonly repository: string;
  /** That git gets. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Commit a deliberately bad version of a build: its own code, and a fault in front of its server. Neither
 * the branch nor the files that are checked out are touched.
 *
 * @returns the commit, which `refs/canarec/drills/FAULT` keeps.
 * @throws ServiceError `not_found` where there is no such build, `failed_precondition` where it has no entry point.
 */
export async function commitFaultyBuild(
  source: Source,
  build: string,
  fault: Fault,
): Promise<string> {
  const { repository } = source;
  const parent = await resolveRef(repository, build);
  const folder = await mkdtemp(join(tmpdir(), "canarec-drill-"));
  try {
    const git = gitOf(source, join(folder, "index"));
    const entry = await git(["show", `${parent}:${ENTRY}`]).catch((cause: unknown) => {
      const message = `commit ${parent.slice(0, 12)} has no ${ENTRY}`;
      throw new ServiceError("failed_precondition", message, { cause });
    });
    const template = await readFile(join(import.meta.dirname, "fault.mjs"), "utf8");
    const text = template.replace(DECLARED, `const FAULT = "${fault}";`);
    if (text === template) throw new ServiceError("internal", `fault.mjs lacks ${DECLARED}`);
    await git(["read-tree", parent]);
    await put(git, ENTRY, `import "./fault.mjs";\n${entry}`);
    await put(git, FAULT_FILE, text);
    const tree = (await git(["write-tree"])).trim();
    const message = `A drill: a build that ${FAULTS[fault]}`;
    const commit = (await git(["commit-tree", tree, "-p", parent, "-m", message])).trim();
    await git(["update-ref", `refs/canarec/drills/${fault}`, commit]);
    return commit;
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    throw new ServiceError("unavailable", `no drill could be made: ${messageOf(cause)}`, { cause });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Git = (args: readonly string[], input?: string) => Promise<string>;

async function put(git: Git, path: string, text: string): Promise<void> {
  const blob = (await git(["hash-object", "-w", "--stdin"], text)).trim();
  await git(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`]);
}

/** git with an index of its own. */
function gitOf({ repository, env: inherited }: Source, index: string): Git {
  const env = {
    ...inherited,
    GIT_INDEX_FILE: index,
    ...{ GIT_AUTHOR_NAME: AUTHOR.name, GIT_AUTHOR_EMAIL: AUTHOR.email },
    ...{ GIT_COMMITTER_NAME: AUTHOR.name, GIT_COMMITTER_EMAIL: AUTHOR.email },
    ...{ GIT_AUTHOR_DATE: AUTHOR.date, GIT_COMMITTER_DATE: AUTHOR.date },
  };
  return async (args, input) => {
    const running = run("git", ["-C", repository, ...args], { env, maxBuffer: 16_000_000 });
    if (input !== undefined) running.child.stdin?.on("error", () => undefined).end(input);
    return (await running).stdout;
  };
}
