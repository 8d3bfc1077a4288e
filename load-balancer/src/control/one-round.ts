import type { Logger } from "@canarec/service-kit/logging";

/** How long a leader without Postgres goes on renewing nightly's lease. */
const ALONE_MS = 2 * 3_600_000;

export interface RoundParts {
  /** Look, decide, write, act. @throws where Postgres is away. */
  readonly round: () => Promise<void>;
  /** Renew the lease by the last epoch. */
  readonly renew: () => Promise<void>;
  readonly nowMs: () => number;
  readonly log: Pick<Logger, "info" | "warn">;
}

/**
 * One round of a controller. While Postgres is away nothing is decided, and nightly keeps its users by a lease
 * that is renewed for two hours; then it runs out, and main serves all. Never rejects.
 */
export function roundOf({ round, renew, nowMs, log }: RoundParts): () => Promise<void> {
  let aloneSinceMs: number | undefined;
  return async () => {
    try {
      await round();
      if (aloneSinceMs !== undefined) log.info("Postgres is back");
      aloneSinceMs = undefined;
    } catch (failure) {
      if (aloneSinceMs === undefined) log.warn({ err: failure }, "a round failed");
      aloneSinceMs ??= nowMs();
      if (nowMs() - aloneSinceMs < ALONE_MS) await renew().catch(() => undefined);
    }
  };
}
