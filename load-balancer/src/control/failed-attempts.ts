import type { AuditRepository } from "@canarec/db-utils/audit/audit-repository";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";

/** Of an address: the first failure is a row at once, those that follow within this time are one more. */
const WINDOW_MS = 60_000;

/** Addresses told apart within a window; whoever comes from more is one row together. */
const MOST_ADDRESSES = 100;
const OTHERS = "others";

export interface FailedAttempts extends AsyncDisposable {
  /** Somebody had no token, or a wrong one. `what` is a method and a path's first part. */
  note(address: string, what: string): void;
}

export interface FailedAttemptsParts {
  readonly audit: Pick<AuditRepository, "begin">;
  readonly now: () => Date;
  readonly log: Logger;
  /** Told of each. */
  readonly counted: () => void;
  readonly windowMs?: number;
}

/** Puts failed authentications on record: few rows, however many there are. */
export function openFailedAttempts(parts: FailedAttemptsParts): FailedAttempts {
  const { audit, now, log, counted, windowMs = WINDOW_MS } = parts;
  const further = new Map<string, number>();
  const writing = new Set<Promise<void>>();

  const write = (source: string, asked: object) => {
    const row = {
      ...{ at: now(), actor: "unknown", action: "authenticate", releaseId: null, reason: null },
      ...{ arguments: asked, credential: null, source },
    };
    const writes = audit.begin(row, "refused: a bearer token is needed").then(
      () => undefined,
      (failure: unknown) =>
        log.error({ reason: messageOf(failure) }, "a failed authentication is not on record"),
    );
    writing.add(writes);
    void writes.then(() => writing.delete(writes));
  };
  const flush = () => {
    for (const [source, attempts] of further) if (attempts > 0) write(source, { attempts });
    further.clear();
  };
  const timer = setInterval(flush, windowMs);
  timer.unref();
  return {
    note(address, what) {
      counted();
      const isNew = !further.has(address);
      const source = isNew && further.size >= MOST_ADDRESSES ? OTHERS : address;
      const attempts = further.get(source);
      further.set(source, attempts === undefined ? 0 : attempts + 1);
      if (attempts !== undefined) return;
      log.warn({ source }, "a request without a valid token");
      write(source, { what });
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      flush();
      await Promise.all(writing);
    },
  };
}
