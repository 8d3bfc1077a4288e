import { isConnectionFailure } from "@canarec/db-utils/connection-errors";
import type { Database } from "@canarec/db-utils/database";
import { insertNotice } from "@canarec/db-utils/notices/notice-repository";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { readableText, unreadableText } from "./tag-notices.ts";

/** A network may be away for a look. */
const TOLD_AFTER_LOOKS = 3;

export interface ReadabilityParts {
  readonly db: Pick<Database, "pool">;
  /** Path or address; may hold a password, and is never told. */
  readonly repository: string;
  readonly now: () => Date;
  readonly log: Pick<Logger, "warn" | "info">;
}

/** What git says, in one line and without the address. */
export function gitReason(failure: unknown, repository: string): string {
  const text = messageOf(failure).replaceAll(repository, "TAG_REPOSITORY");
  return text.trim().replace(/\s*\n\s*/g, "; ");
}

/**
 * Tells when tags cannot be read: one line in the log at once, one message to the operators after three looks in a
 * row, and one of each when they can be read again. While Postgres is away nothing is said of tags.
 */
export function tellReadability({ db, repository, now, log }: ReadabilityParts) {
  let looks = 0;
  let withoutPostgres = false;
  let since: Date | undefined;
  let told: string | undefined;
  const tell = (key: string, text: string) =>
    insertNotice(db.pool, { key, kind: "tag", text }, { at: now() });
  return {
    /** @throws where it cannot be written; then it is told at the next look. */
    async read(): Promise<void> {
      if (told !== undefined) await tell(`tags-readable-${told}`, readableText(now()));
      if (since !== undefined || withoutPostgres) log.info("tags can be looked at again");
      withoutPostgres = false;
      [looks, since, told] = [0, undefined, undefined];
    },
    async failed(failure: unknown): Promise<void> {
      const reason = gitReason(failure, repository);
      if (isConnectionFailure(failure)) {
        if (!withoutPostgres) log.warn({ reason }, "tags wait for Postgres");
        withoutPostgres = true;
        return;
      }
      looks += 1;
      if (since === undefined) log.warn({ reason }, "tags cannot be looked at");
      since ??= now();
      if (looks < TOLD_AFTER_LOOKS || told !== undefined) return;
      const key = since.toISOString();
      const written = tell(`tags-unreadable-${key}`, unreadableText(reason, since));
      await written.then(() => (told = key)).catch(() => undefined); // at the next look
    },
  };
}
