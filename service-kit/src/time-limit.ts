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
  if (signal.aborted) return AbortSignal.abort(signal.reason);
  const either = new AbortController();
  const pass = () => {
    clearTimeout(timer);
    either.abort(signal.reason);
  };
  const timer = setTimeout(() => {
    signal.removeEventListener("abort", pass);
    either.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
  }, limitMs);
  timer.unref();
  signal.addEventListener("abort", pass, { once: true });
  return either.signal;
}
