import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";

/**
 * What keeps the service from its work:
 *
 * - `kafka`, `postgres`: does not answer
 * - `topic`: does not exist
 * - `consumer`: Kafka answers, and yet the consumer breaks again and again
 * - `writing`: Postgres answers, and yet does not take a batch
 */
export type Trouble = "kafka" | "postgres" | "topic" | "consumer" | "writing";

export interface Outages {
  /**
   * Trouble. Its first report is one log line, the rest are silence.
   *
   * @param subject which topic or partition, where there are several.
   */
  report(trouble: Trouble, failure: unknown, subject?: string): void;
  /** It is over, which is one log line. */
  recovered(trouble: Trouble, subject?: string): void;
  /** What is the matter now: `kafka`, `topic movielog`. */
  current(): readonly string[];
}

export interface OutageOptions {
  readonly log: Logger;
  readonly now: () => Date;
  readonly observe: { trouble(trouble: Trouble, isPresent: boolean): void };
}

/** Remember what is the matter, so that an outage is told once when it begins and once when it ends. */
export function createOutages({ log, now, observe }: OutageOptions): Outages {
  const since = new Map<string, number>();
  const keyOf = (trouble: Trouble, subject?: string) =>
    subject === undefined ? trouble : `${trouble} ${subject}`;
  return {
    report(trouble, failure, subject) {
      const key = keyOf(trouble, subject);
      if (since.has(key)) return;
      since.set(key, now().getTime());
      observe.trouble(trouble, true);
      log.warn({ trouble: key, reason: messageOf(failure) }, "waiting; nothing is lost");
    },
    recovered(trouble, subject) {
      const key = keyOf(trouble, subject);
      const sinceMs = since.get(key);
      if (sinceMs === undefined) return;
      since.delete(key);
      observe.trouble(trouble, false);
      log.info({ trouble: key, seconds: (now().getTime() - sinceMs) / 1_000 }, "goes on");
    },
    current: () => [...since.keys()],
  };
}
