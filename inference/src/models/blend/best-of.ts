/** Every so many values one is looked at first, for a guess at where the k largest begin. */
const STRIDE = 16;
/** What is guessed is the rank in that sample of about so many times k, and some more: then fewer than k pass hardly ever. */
const [MARGIN, SLACK] = [1.5, 8];

/**
 * Picks the k largest of many values: a heap with the least of those kept on top, so that most values cost one
 * comparison. A guess from every 16th value saves it from filling up with what comes first; where the guess was too high, all are
 * looked at again. Of equal values the smaller index is kept. Its arrays are reused.
 */
export class BestOf {
  readonly #k: number;
  readonly #values: Float32Array;
  readonly #indices: Int32Array;
  #size = 0;

  constructor(k: number) {
    const room = Math.max(k, guessRank(k));
    this.#k = k;
    this.#values = new Float32Array(room);
    this.#indices = new Int32Array(room);
  }

  /**
   * @param values (n). @param leftOut 1 for what does not count, (n).
   * @param mark set to 1 at the places of the k largest values above 0, (n).
   */
  mark(values: Float32Array, leftOut: Uint8Array, mark: Uint8Array): void {
    const rank = guessRank(this.#k);
    this.#keep(values, leftOut, { k: rank, stride: STRIDE, above: 0 });
    const guess = this.#size === rank ? (this.#values[0] as number) : 0;
    this.#keep(values, leftOut, { k: this.#k, stride: 1, above: guess });
    if (this.#size < this.#k && guess > 0) {
      this.#keep(values, leftOut, { k: this.#k, stride: 1, above: 0 });
    }
    for (let at = 0; at < this.#size; at += 1) mark[this.#indices[at] as number] = 1;
  }

  /** Keep the k largest of every stride-th value that is above something. */
  #keep(
    values: Float32Array,
    leftOut: Uint8Array,
    { k, stride, above }: { readonly k: number; readonly stride: number; readonly above: number },
  ): void {
    this.#size = 0;
    let least = above;
    // Places ascend, so that an equal value never wins against one that is kept.
    for (let place = 0; place < values.length; place += stride) {
      const value = values[place] as number;
      if (!(value > least) || leftOut[place] === 1) continue;
      if (this.#size < k) this.#rise(value, place);
      else this.#sink(value, place);
      if (this.#size === k) least = this.#values[0] as number;
    }
  }

  /** Whether the kept one at `at` goes before (value, place): it is less, or equal with a larger index. */
  #isWorse(at: number, value: number, place: number): boolean {
    const kept = this.#values[at] as number;
    return kept < value || (kept === value && (this.#indices[at] as number) > place);
  }

  #rise(value: number, place: number): void {
    let at = this.#size;
    this.#size += 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#isWorse(parent, value, place)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#values[at] = value;
    this.#indices[at] = place;
  }

  /** Put it in place of the worst. */
  #sink(value: number, place: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (
        child + 1 < this.#size &&
        this.#isWorse(child + 1, this.#values[child] as number, this.#indices[child] as number)
      ) {
        child += 1;
      }
      if (!this.#isWorse(child, value, place)) break;
      this.#move(child, at);
      at = child;
    }
    this.#values[at] = value;
    this.#indices[at] = place;
  }

  #move(from: number, to: number): void {
    this.#values[to] = this.#values[from] as number;
    this.#indices[to] = this.#indices[from] as number;
  }
}

function guessRank(k: number): number {
  return Math.ceil((MARGIN * k) / STRIDE) + SLACK;
}
