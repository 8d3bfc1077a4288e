import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** A stream of random numbers that its seed and name determine. */
export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;

  constructor(state: readonly number[]) {
    this.#generator = xoroshiro128plusFromState(state);
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return uniformFloat64(this.#generator);
  }

  /** Standard normal (Box and Muller, 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Exponential with this mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.uniform());
  }

  /** Uniform integer in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }
}

/**
 * The stream that belongs to `name` under `seed`. Streams of different names are independent, so
 * that drawing more from one changes nothing in another.
 */
export function randomStream(seed: number, ...name: readonly (string | number)[]): Random {
  const start = hash(name.join("\u0000"), seed);
  return new Random([
    scramble(start),
    scramble(start + 0x9e3779b9),
    scramble(start + 0x3c6ef372),
    scramble(start ^ 0x5bd1e995) | 1, // a state of zeros alone would stay so
  ]);
}

/** One uniform number in [0, 1) that belongs to a name, where a whole stream would be too much. */
export function uniformOf(seed: number, name: string): number {
  return (scramble(hash(name, seed)) >>> 0) / 2 ** 32;
}

/** FNV-1a over UTF-16 units, from an offset that depends on the seed. */
function hash(text: string, seed: number): number {
  let value = scramble(seed ^ 0x811c9dc5);
  for (let at = 0; at < text.length; at += 1) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return value;
}

/** The finaliser of MurmurHash3: every input bit reaches every output bit. */
function scramble(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
