import type { Database } from "@canarec/db-utils/database";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";

/** Partitions are made two days ahead, so one vain attempt in an hour does not matter. */
const INTERVAL_MS = 3_600_000;

/** Make the partitions of coming days before they are needed, every hour. */
export function keepPartitions(db: Database, now: () => Date, log: Logger): AsyncDisposable {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = ensurePartitions(db, now()).then(
      () => undefined,
      (failure: unknown) => {
        log.warn({ reason: messageOf(failure) }, "could not make partitions; trying in an hour");
      },
    );
  }, INTERVAL_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}
