import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** A stream of random numbers that its seed determines. */
export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;

  /** @param seed any whole numbers; streams of different seeds are independent. */
  constructor(...seed: readonly number[]) {
    const start = seed.reduce((state, part) => scramble(state ^ scramble(part)), 0x9e3779b9);
    this.#generator = xoroshiro128plusFromState([
      scramble(start),
      scramble(start + 0x9e3779b9),
      scramble(start + 0x3c6ef372),
      scramble(start ^ 0x5bd1e995) | 1, // a state of zeros alone would stay so
    ]);
  }

  /** Uniform in (0, 1), of 2³² values. */
  uniform(): number {
    return ((this.#generator.next() >>> 0) + 0.5) / 2 ** 32;
  }

  /** Uniform integer in [0, 2³⁰). */
  int(): number {
    return this.#generator.next() & 0x3fffffff;
  }

  /** Uniform integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Exponential with this mean. */
  exponential(mean: number): number {
    return -mean * Math.log(this.uniform());
  }

  /** Standard normal (Box and Muller, 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Gamma with this shape and a scale of 1 (Marsaglia and Tsang, 2000). */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * this.uniform() ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      if (Math.log(this.uniform()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** Beta with this mean, in (0, 1), and the variance mean (1 − mean) / (1 + concentration). */
  beta(mean: number, concentration: number): number {
    const a = this.gamma(mean * concentration);
    return a / (a + this.gamma((1 - mean) * concentration));
  }
}

/** The uniform number in (0, 1) that belongs to a name and a question, both whole numbers. */
export function uniformOf(name: number, question: number): number {
  const mixed = scramble(scramble(name + 0x9e3779b9) ^ Math.imul(question, 0x85ebca77));
  return ((mixed >>> 0) + 0.5) / 2 ** 32;
}

/** The finaliser of MurmurHash3: every input bit reaches every output bit. */
function scramble(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
