import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@canarec/db-utils/database";
import { type Tag, TagRepository } from "@canarec/db-utils/releases/tag-repository";
import type { Logger } from "@canarec/service-kit/logging";
import { type GitOptions, fetchTag, listTags } from "./list-tags.ts";
import { sortTags } from "./sort-tags.ts";
import { wishOf } from "./tag-kinds.ts";
import { gitReason, tellReadability } from "./tell-readability.ts";
import { type ControlAccess, submitTag } from "./submit-tag.ts";
import { movedText, refusedText } from "./tag-notices.ts";

export interface TagWatchOptions {
  readonly db: Database;
  /** Whose tags are watched; may hold a password, and is never logged. */
  readonly repository: string;
  /** That releases are of. */
  readonly releaseRepository: string;
  readonly control: ControlAccess;
  readonly plan: string;
  readonly everyMs: number;
  /** Of git. */
  readonly env: Readonly<Record<string, string>>;
  readonly now: () => Date;
  readonly log: Logger;
}

/**
 * Submit each new tag of a repository that asks for a release (`tag-kinds.ts`), once. Tags from before the first
 * look are left alone; a tag that moves is told to the operators, and not submitted again.
 */
export function watchTags(options: TagWatchOptions): AsyncDisposable {
  const stop = new AbortController();
  const { everyMs } = options;
  const readability = tellReadability(options);
  const look = async () => {
    try {
      await lookOnce(options, stop.signal);
      await readability.read();
    } catch (failure) {
      if (!stop.signal.aborted) await readability.failed(failure);
    }
  };
  const running = (async () => {
    while (!stop.signal.aborted) {
      await look();
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function lookOnce(options: TagWatchOptions, signal: AbortSignal): Promise<void> {
  const { db, repository, env, now } = options;
  const tags = new TagRepository(db, createHash("sha256").update(repository).digest("hex"));
  const git: GitOptions = { repository, env, signal };
  const found = await listTags(git);
  const known = await tags.known();
  if (known === undefined) {
    await tags.begin(found, now());
    return;
  }
  const { submit, moved } = sortTags(found, known);
  for (const one of moved) {
    const key = `tag-${one.tag}-moved-${one.code}`;
    await tags.tell({ key, text: movedText(one, now()) }, now());
  }
  for (const one of submit) {
    // One that cannot be fetched keeps none of the others.
    await submitOnce(one, { ...options, tags, git, signal }).catch((failure: unknown) => {
      const reason = gitReason(failure, repository);
      options.log.warn({ tag: one.tag, reason }, "a tag waits to be submitted");
    });
  }
}

interface Submitting extends TagWatchOptions {
  readonly tags: TagRepository;
  readonly git: GitOptions;
  readonly signal: AbortSignal;
}

async function submitOnce(one: Tag, parts: Submitting): Promise<void> {
  const { tags, git, signal, db, control, plan, now, log } = parts;
  const { tag, code } = one;
  await tags.pending(one, now());
  const before = await tags.releaseOf(one);
  if (before !== undefined) {
    await tags.submitted(tag, before);
    return;
  }
  if (wishOf(tag) !== undefined) await fetchTag(tag, parts.releaseRepository, git);
  const surroundings = { client: db.pool, now: now(), signal };
  const submitted = await submitTag({ tag, ref: code, plan }, control, surroundings);
  if (submitted.kind === "submitted" || submitted.kind === "service-submitted") {
    await tags.submitted(tag, submitted);
    log.info({ ...submitted, tag }, "a tag was submitted");
  } else if (submitted.kind === "refused") {
    const text = refusedText(one, submitted.reason, now());
    const notice = { key: `tag-${tag}-refused`, text };
    await tags.refused(tag, submitted.reason, { notice, now: now() });
    log.warn({ tag, reason: submitted.reason }, "a tag was refused");
  } else {
    log.warn({ tag, reason: submitted.reason }, "a tag waits to be submitted");
  }
}
