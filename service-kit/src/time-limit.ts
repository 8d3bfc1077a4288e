/**
 * A signal that aborts with another one, with its reason, or after a time, with a `TimeoutError`, whichever is first.
 * Neither keeps the process alive.
 *
 * In place of `AbortSignal.any([signal, AbortSignal.timeout(ms)])`: nothing but the combination holds that timeout, weakly,
 * so Node 20 collects it as garbage, and the limit never comes.
 *
 * @param limitMs at most 2³¹ − 1.
 */
export function withinTime(signal: AbortSignal, limitMs: number): AbortSignal {
  const over = new AbortController();
  // The timer holds the controller until it is over. No listener is added to the other signal, which may live long.
  setTimeout(() => {
    over.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  }, limitMs).unref();
  return AbortSignal.any([signal, over.signal]);
}
