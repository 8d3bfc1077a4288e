import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Tag } from "@canarec/db-utils/releases/tag-repository";
import { ServiceError } from "@canarec/service-kit/errors";
import { repositoryAccess } from "./repository-access.ts";
import { TAG_BEGINNING } from "./tag-kinds.ts";

const run = promisify(execFile);

const LIMIT_MS = 60_000;
const OUTPUT_BYTES = 16_000_000;

/** No helper that an address could name, and nobody to ask for a password. */
const SAFELY = { GIT_ALLOW_PROTOCOL: "file:git:http:https:ssh", GIT_TERMINAL_PROMPT: "0" };

export interface GitOptions {
  /** Path or address; may hold a password. */
  readonly repository: string;
  /** That git gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The tags of a repository that ask for a release, or seem to. @throws ServiceError with what git says; else what execFile does. */
export async function listTags(options: GitOptions): Promise<readonly Tag[]> {
  const { address, env } = repositoryAccess(options.repository);
  const args = ["ls-remote", "--tags", "--", address, `refs/tags/${TAG_BEGINNING}*`];
  return parseTags(await git(args, env, options));
}

/**
 * Bring a tag's commit into the repository that releases are of, as `refs/canarec/tags/TAG`.
 *
 * @returns that ref.
 * @throws as listTags does.
 */
export async function fetchTag(tag: string, to: string, options: GitOptions): Promise<string> {
  const ref = `refs/canarec/tags/${tag}`;
  const refspec = `refs/tags/${tag}:${ref}`;
  const { address, env } = repositoryAccess(options.repository);
  const args = ["-C", to, "fetch", "--quiet", "--no-tags", "--", address, refspec];
  await git(args, env, options);
  return ref;
}

async function git(
  args: readonly string[],
  access: Readonly<Record<string, string>>,
  { env, signal }: GitOptions,
): Promise<string> {
  try {
    const { stdout } = await run("git", args, {
      env: { ...env, ...SAFELY, ...access },
      ...{ signal, timeout: LIMIT_MS, maxBuffer: OUTPUT_BYTES },
    });
    return stdout;
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : "";
    if (said === "" || signal.aborted) throw cause;
    throw new ServiceError("unavailable", `git says: ${said}`, { cause });
  }
}

/** Other names could do something in a message. */
const LINE = /^([0-9a-f]{40,64})\trefs\/tags\/([\w./+@=,#-]+)(\^\{\})?$/;

/** What `git ls-remote` prints. An annotated tag has a second line, with the commit that it names. */
export function parseTags(text: string): readonly Tag[] {
  const codes = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, code, tag, peeled] = LINE.exec(line) ?? [];
    if (code === undefined || tag === undefined || !tag.startsWith(TAG_BEGINNING)) continue;
    if (peeled !== undefined || !codes.has(tag)) codes.set(tag, code);
  }
  return [...codes].map(([tag, code]) => ({ tag, code }));
}
