import type { Logger } from "@canarec/service-kit/logging";

export interface PassWatch {
  readonly begun: () => void;
  /** @param failed it was not made to its end; that is told elsewhere. */
  readonly ended: (failed: boolean) => void;
}

/**
 * Says when a pass of the judge takes longer than the time between two, while it does, and when one is in time
 * again: a line at the beginning of such a spell, and one at its end.
 */
export function watchPasses(log: Pick<Logger, "warn" | "info">, limitMs: number): PassWatch {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  let wasLate = false;
  return {
    begun() {
      isLate = false;
      timer = setTimeout(() => {
        isLate = true;
        if (!wasLate) log.warn({ limitMs }, "judging takes long; verdicts may come late");
        wasLate = true;
      }, limitMs);
    },
    ended(failed) {
      clearTimeout(timer);
      if (failed || isLate || !wasLate) return;
      log.info("judging is in time again");
      wasLate = false;
    },
  };
}
