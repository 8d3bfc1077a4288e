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

/** A round that takes longer waits for a Postgres that does not answer; a lease is at least 15 s long. */
const STUCK_MS = 3_000;

export interface Rounds {
  /** One round. Never rejects. */
  readonly round: () => Promise<void>;
  /** To be called every second: keeps the lease while a round does not come to its end. Never rejects. */
  readonly beat: () => Promise<void>;
}

/**
 * The rounds of a controller. While Postgres is away, or does not answer, nothing is decided, and nightly keeps its
 * users by a lease that is renewed for two hours; then it runs out, and main serves all.
 */
export function roundsOf({ round, renew, nowMs, log }: RoundParts): Rounds {
  let aloneSinceMs: number | undefined;
  let startedMs: number | undefined;
  const renewAlone = async (sinceMs: number) => {
    if (nowMs() - sinceMs < ALONE_MS) await renew().catch(() => undefined);
  };
  return {
    async round() {
      startedMs = nowMs();
      try {
        await round();
        if (aloneSinceMs !== undefined) log.info("Postgres is back");
        aloneSinceMs = undefined;
      } catch (failure) {
        if (aloneSinceMs === undefined) log.warn({ err: failure }, "a round failed");
        aloneSinceMs ??= startedMs;
        await renewAlone(aloneSinceMs);
      } finally {
        startedMs = undefined;
      }
    },
    async beat() {
      if (startedMs === undefined || nowMs() - startedMs < STUCK_MS) return;
      await renewAlone(aloneSinceMs ?? startedMs);
    },
  };
}
