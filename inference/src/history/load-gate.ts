import { ServiceError } from "@canarec/service-kit/errors";

export interface LoadGateOptions {
  /** A reading that takes longer counts as failed; the answer must still be in time. */
  readonly timeoutMs: number;
  /** How long nothing is tried after a failure, so that requests do not queue for what is away. */
  readonly pauseMs: number;
  readonly nowMs: () => number;
}

/**
 * Put a time limit on readings, and after one has failed let a single one through every `pauseMs`
 * until one succeeds: with the database away, each request is answered at once from what is known.
 */
export function gated<Key, Value>(
  load: (key: Key) => Promise<Value>,
  options: LoadGateOptions,
): (key: Key) => Promise<Value> {
  let closedUntilMs = -Infinity;
  let isOpen = true;
  return async (key) => {
    if (!isOpen) {
      if (options.nowMs() < closedUntilMs) {
        throw new ServiceError("unavailable", "the database was away a moment ago");
      }
      closedUntilMs = options.nowMs() + options.pauseMs; // this one tries, the others wait
    }
    try {
      const value = await within(load(key), options.timeoutMs);
      isOpen = true;
      return value;
    } catch (failure) {
      isOpen = false;
      closedUntilMs = options.nowMs() + options.pauseMs;
      throw failure;
    }
  };
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ServiceError("deadline_exceeded", `no history within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
