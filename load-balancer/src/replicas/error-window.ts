const SLOTS = 10;
const SLOT_MS = 1_000;

/** Requests and failures of the last 10 s, in slots of one second. */
export class ErrorWindow {
  readonly #requests = new Int32Array(SLOTS);
  readonly #failures = new Int32Array(SLOTS);
  #slot = 0;

  add(nowMs: number, failed: boolean): void {
    const at = this.#advance(nowMs);
    this.#requests[at] = (this.#requests[at] ?? 0) + 1;
    if (failed) this.#failures[at] = (this.#failures[at] ?? 0) + 1;
  }

  requests(nowMs: number): number {
    this.#advance(nowMs);
    return this.#requests.reduce((sum, n) => sum + n, 0);
  }

  failures(nowMs: number): number {
    this.#advance(nowMs);
    return this.#failures.reduce((sum, n) => sum + n, 0);
  }

  clear(): void {
    this.#requests.fill(0);
    this.#failures.fill(0);
  }

  /** Forget what is older than the window; the index of the present slot. */
  #advance(nowMs: number): number {
    const slot = Math.floor(nowMs / SLOT_MS);
    const passed = Math.min(SLOTS, slot - this.#slot);
    for (let i = 1; i <= passed; i += 1) {
      const stale = (this.#slot + i) % SLOTS;
      this.#requests[stale] = 0;
      this.#failures[stale] = 0;
    }
    if (passed >= SLOTS) this.clear();
    this.#slot = Math.max(slot, this.#slot);
    return this.#slot % SLOTS;
  }
}
