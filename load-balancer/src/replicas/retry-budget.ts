/** Second attempts per first attempt, in the long run (Envoy's and Finagle's retry budgets: 20 %). */
const SHARE = 0.2;

/**
 * Keeps second attempts from becoming a storm: each request earns a fifth of one, up to `burst`.
 *
 * `burst` is the number of requests that one crash can fail at once, so that a single crash never
 * costs an answer: the concurrency cap of a replica.
 */
export class RetryBudget {
  #burst: number;
  #tokens: number;

  constructor(burst: number) {
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Another burst from now on; what it is larger by can be spent at once. */
  resize(burst: number): void {
    this.#tokens = Math.min(burst, this.#tokens + Math.max(0, burst - this.#burst));
    this.#burst = burst;
  }

  /** A first attempt begins. */
  earn(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + SHARE);
  }

  /** Pay for a second attempt, if there is enough. */
  spend(): boolean {
    // Five times 0.2 is a little less than 1 in binary.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }
}
