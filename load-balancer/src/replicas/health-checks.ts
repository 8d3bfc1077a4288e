import { request } from "undici";
import { withinTime } from "@canarec/service-kit/time-limit";
import { attemptErrorOf } from "../proxy/exchange.ts";
import type { CheckResult } from "./replica-health.ts";
import type { Replica } from "./replica.ts";

export interface HealthCheckOptions {
  /** Between two checks of a replica that answers. */
  readonly intervalMs: number;
  /** Between two checks of one that does not, so that it is back soon. */
  readonly downIntervalMs: number;
  readonly timeoutMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Told after every check. */
  readonly checked: (replica: Replica, result: CheckResult) => void;
}

/** Checks come up to a fifth earlier or later, so that not all replicas are asked at once. */
const JITTER = 0.2;

/** A connection that broke during a check asks for one more, but not in a tight loop. */
const REPEAT_MS = 20;

/**
 * Ask a replica's `/readyz` again and again until disposed, and at once when one of its
 * connections breaks: an ended process is so noticed before the next request.
 */
export function openHealthChecks(replica: Replica, options: HealthCheckOptions): AsyncDisposable {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;

  const stopped = () => stop.signal.aborted;
  const check = async () => {
    if (running || stopped()) {
      again = running;
      return;
    }
    clearTimeout(timer);
    running = true;
    const result = await askReadiness(replica.url, options.timeoutMs, stop.signal);
    running = false;
    if (stopped()) return;
    replica.health.checked(result);
    options.checked(replica, result);
    const baseMs = result === "ready" ? options.intervalMs : options.downIntervalMs;
    const delayMs = again ? REPEAT_MS : baseMs * (1 + JITTER * (2 * options.random() - 1));
    again = false;
    timer = setTimeout(() => void check(), delayMs);
  };

  replica.onDisconnect(() => void check());
  void check();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      clearTimeout(timer);
    },
  };
}

/** Never rejects. A fresh connection each time: the point is whether a new one is accepted. */
async function askReadiness(
  url: string,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<CheckResult> {
  try {
    const answer = await request(new URL("/readyz", url), {
      reset: true,
      signal: withinTime(stop, timeoutMs),
    });
    await answer.body.dump();
    if (answer.statusCode === 200) return "ready";
    return answer.statusCode === 503 ? "not_ready" : "silent";
  } catch (error) {
    return error instanceof Error && attemptErrorOf(error) === "refused" ? "refused" : "silent";
  }
}
