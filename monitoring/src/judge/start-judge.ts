import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@canarec/db-utils/database";
import { messageOf } from "@canarec/service-kit/errors";
import { type Logger, withoutPasswords } from "@canarec/service-kit/logging";
import type { JudgeMetrics } from "./metrics.ts";
import { type JudgeRules, type Pass, runJudge } from "./run-judge.ts";
import { watchPasses } from "./watch-passes.ts";

/** Between two passes: the shortest time between two verdicts of a release. */
const INTERVAL_MS = 5_000;

export interface Judge extends AsyncDisposable {
  /** Whether the last pass was made to its end. */
  readonly works: () => boolean;
}

export interface JudgeParts {
  readonly db: Database;
  readonly rules: JudgeRules;
  readonly metrics: JudgeMetrics;
  readonly log: Logger;
  readonly now: () => Date;
}

/**
 * Judge until disposed. A pass that fails, as while the database is away, is made again in five seconds;
 * such a time is one line in the log at its beginning and one at its end, as are passes that take longer than that.
 */
export function startJudge(parts: JudgeParts): Judge {
  const { log, metrics } = parts;
  const stop = new AbortController();
  const passes = watchPasses(log, INTERVAL_MS);
  let works = true;
  const tell = (pass: Pass | undefined, seconds: number) => {
    if (!works) log.info("releases are judged again");
    works = true;
    if (pass === undefined) return;
    metrics.passed(pass, seconds);
    for (const { releaseId, row, action, reason } of pass.verdicts) {
      log.debug({ releaseId, row, action, reason }, "verdict");
    }
  };
  const fail = (thrown: unknown) => {
    metrics.failed();
    const reason = withoutPasswords(messageOf(thrown));
    if (works) log.error({ reason }, "releases cannot be judged; trying again");
    works = false;
  };
  const running = (async () => {
    while (!stop.signal.aborted) {
      const startedMs = performance.now();
      passes.begun();
      await runJudge(parts.db, parts.rules, parts.now()).then(
        (pass) => {
          passes.ended(false);
          tell(pass, (performance.now() - startedMs) / 1_000);
        },
        (thrown: unknown) => {
          passes.ended(true);
          fail(thrown);
        },
      );
      const restMs = Math.max(0, INTERVAL_MS - (performance.now() - startedMs));
      await sleep(restMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    works: () => works,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
