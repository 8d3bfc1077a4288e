/** Rows that wait to be added together: with 64 numbers each they fit into the nearest cache. */
const WAITING = 32;

/**
 * Adds weight · y yᵀ to the lower triangle of a matrix, many rows y at once, in tiles of 4 × 2: a tile's sums stay in registers
 * while all the rows pass. What is above the diagonal may change with it, up to the end of a tile.
 */
export class SquareSums {
  readonly #into: Float64Array;
  readonly #n: number;
  /** √weight · y of what waits, (WAITING × n). */
  readonly #rows: Float64Array;
  #end = 0;

  /** @param into (n × n), rows one after the other. */
  constructor(into: Float64Array, n: number) {
    this.#into = into;
    this.#n = n;
    this.#rows = new Float64Array(WAITING * n);
  }

  /** @param place of y in `of`, of which (n) are read. @param weight from 0. */
  add(of: Float32Array, place: number, weight: number): void {
    if (this.#end === this.#rows.length) this.end();
    const scale = Math.sqrt(weight);
    for (let k = 0; k < this.#n; k += 1) {
      this.#rows[this.#end + k] = scale * (of[place + k] as number);
    }
    this.#end += this.#n;
  }

  /** Add what waits. */
  end(): void {
    const whole = this.#n - (this.#n % 4);
    for (let i = 0; i < whole; i += 4) {
      for (let j = 0; j <= i + 2; j += 2) this.#addTile(i, j);
    }
    for (let i = whole; i < this.#n; i += 1) {
      for (let j = 0; j <= i; j += 1) this.#addOne(i, j);
    }
    this.#end = 0;
  }

  /** Rows i … i + 3, columns j and j + 1. */
  #addTile(i: number, j: number): void {
    const rows = this.#rows;
    const n = this.#n;
    const end = this.#end;
    let a0 = 0;
    let a1 = 0;
    let b0 = 0;
    let b1 = 0;
    let c0 = 0;
    let c1 = 0;
    let d0 = 0;
    let d1 = 0;
    for (let row = 0; row < end; row += n) {
      const x = rows[row + j] as number;
      const y = rows[row + j + 1] as number;
      const a = rows[row + i] as number;
      const b = rows[row + i + 1] as number;
      const c = rows[row + i + 2] as number;
      const d = rows[row + i + 3] as number;
      a0 += a * x;
      a1 += a * y;
      b0 += b * x;
      b1 += b * y;
      c0 += c * x;
      c1 += c * y;
      d0 += d * x;
      d1 += d * y;
    }
    const place = i * n + j;
    addPair(this.#into, place, a0, a1);
    addPair(this.#into, place + n, b0, b1);
    addPair(this.#into, place + 2 * n, c0, c1);
    addPair(this.#into, place + 3 * n, d0, d1);
  }

  #addOne(i: number, j: number): void {
    let sum = 0;
    for (let row = 0; row < this.#end; row += this.#n) {
      sum += (this.#rows[row + i] as number) * (this.#rows[row + j] as number);
    }
    const place = i * this.#n + j;
    this.#into[place] = (this.#into[place] as number) + sum;
  }
}

function addPair(into: Float64Array, place: number, first: number, second: number): void {
  into[place] = (into[place] as number) + first;
  into[place + 1] = (into[place + 1] as number) + second;
}
