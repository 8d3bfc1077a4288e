/** Latencies of one measurement, in milliseconds, with what went wrong. */
export class Latencies {
  readonly #ms: number[] = [];
  failed = 0;
  /** Answered by the load balancer's own list, not by a replica. */
  fallbacks = 0;

  add(ms: number): void {
    this.#ms.push(ms);
  }

  get count(): number {
    return this.#ms.length;
  }

  over(limitMs: number): number {
    return this.#ms.filter((ms) => ms > limitMs).length;
  }

  /** @param share in [0, 1]; 0.99 for p99. */
  percentile(share: number): number {
    const sorted = Float64Array.from(this.#ms).sort();
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  }

  toString(): string {
    const at = (share: number) => this.percentile(share).toFixed(1);
    return `p50 ${at(0.5)} p99 ${at(0.99)} p99.9 ${at(0.999)} max ${at(1)} ms, ${this.failed} failed, ${this.fallbacks} fallbacks`;
  }
}
