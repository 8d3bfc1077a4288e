const WINDOW_SECONDS = 10;

/** Lines per second over the last ten whole seconds. */
export interface Throughput {
  add(lines: number): void;
  perSecond(): number;
}

/** @param nowMs a clock, in milliseconds. */
export function createThroughput(nowMs: () => number): Throughput {
  /** Lines by second; older ones are dropped when a new one begins. */
  const seconds = new Map<number, number>();
  const current = () => Math.floor(nowMs() / 1_000);
  const forget = (second: number) => {
    for (const old of seconds.keys()) if (old < second - WINDOW_SECONDS) seconds.delete(old);
  };
  return {
    add(lines) {
      const second = current();
      forget(second);
      seconds.set(second, (seconds.get(second) ?? 0) + lines);
    },
    perSecond() {
      const second = current();
      forget(second);
      let sum = 0;
      for (const [at, lines] of seconds) if (at < second) sum += lines;
      return sum / WINDOW_SECONDS;
    },
  };
}
