/**
 * The k best of what it is offered: a binary heap with the worst kept at the root, so that most
 * offers cost one comparison.
 */
export class TopK {
  readonly #idRanks: Int32Array;
  readonly #movies: Int32Array;
  readonly #scores: Float64Array;
  #size = 0;

  /** @param idRanks by dense index; ties go to the smaller one. */
  constructor(k: number, idRanks: Int32Array) {
    this.#idRanks = idRanks;
    this.#movies = new Int32Array(k);
    this.#scores = new Float64Array(k);
  }

  /** Whether k are kept. */
  get full(): boolean {
    return this.#size === this.#movies.length;
  }

  /** The score to beat, or to equal with a smaller id, once it is full; −∞ before. */
  get threshold(): number {
    return this.full ? (this.#scores[0] ?? -Infinity) : -Infinity;
  }

  /** Forget what was kept. */
  clear(): void {
    this.#size = 0;
  }

  offer(movie: number, score: number): void {
    if (!this.full) {
      this.#size += 1;
      this.#rise(this.#size - 1, movie, score);
    } else if (score >= this.threshold && this.#beatsRoot(movie, score)) {
      this.#sink(movie, score);
    }
  }

  /** What was kept, best first. */
  sorted(): { movie: number; score: number }[] {
    return Array.from({ length: this.#size }, (_, i) => ({
      movie: this.#movies[i] ?? 0,
      score: this.#scores[i] ?? 0,
    })).sort(
      (a, b) => b.score - a.score || (this.#idRanks[a.movie] ?? 0) - (this.#idRanks[b.movie] ?? 0),
    );
  }

  #beatsRoot(movie: number, score: number): boolean {
    return this.#movies.length > 0 && this.#isWorse(0, movie, score);
  }

  /** Whether the kept one at `place` is worse than (movie, score). */
  #isWorse(place: number, movie: number, score: number): boolean {
    const kept = this.#scores[place] as number;
    if (kept !== score) return kept < score;
    return (
      (this.#idRanks[this.#movies[place] as number] as number) > (this.#idRanks[movie] as number)
    );
  }

  #put(place: number, movie: number, score: number): void {
    this.#movies[place] = movie;
    this.#scores[place] = score;
  }

  #rise(from: number, movie: number, score: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#isWorse(parent, movie, score)) break;
      this.#put(place, this.#movies[parent] as number, this.#scores[parent] as number);
      place = parent;
    }
    this.#put(place, movie, score);
  }

  #sink(movie: number, score: number): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (
        right < this.#size &&
        this.#isWorse(right, this.#movies[child] as number, this.#scores[child] as number)
      ) {
        child = right;
      }
      if (!this.#isWorse(child, movie, score)) break;
      this.#put(place, this.#movies[child] as number, this.#scores[child] as number);
      place = child;
    }
    this.#put(place, movie, score);
  }
}
