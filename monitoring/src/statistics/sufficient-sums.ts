import { ServiceError } from "@canarec/service-kit/errors";

/**
 * What is kept of one user: whole numbers, so that sums are exact and independent of their order.
 * A fraction is scaled by the caller (a rating in twentieths, a former hit rate in millionths).
 */
export interface UserValues {
  /** Outcome S: hits, minutes, or 1 for a user who watched. */
  readonly s: number;
  /** Exposure K: what S is divided by; 1 for a mean per user. */
  readonly k: number;
  /** Covariate X from before the release; 0 where none is kept. */
  readonly x: number;
}

/** The exact sums of any number of users: all that the tests of this folder need of an arm. */
export interface SufficientSums {
  readonly n: bigint;
  readonly s: bigint;
  readonly k: bigint;
  readonly x: bigint;
  readonly ss: bigint;
  readonly kk: bigint;
  readonly xx: bigint;
  readonly sk: bigint;
  readonly sx: bigint;
  readonly kx: bigint;
}

type Field = keyof SufficientSums;

/** Sums as JSON: decimal strings. */
export type EncodedSums = Readonly<Record<Field, string>>;

const INTEGER = /^(?:0|-?[1-9]\d*)$/;

const NOBODY: Readonly<Record<Field, number>> = {
  n: 0,
  s: 0,
  k: 0,
  x: 0,
  ss: 0,
  kk: 0,
  xx: 0,
  sk: 0,
  sx: 0,
  kx: 0,
};

/** The sums of nobody. */
export const NO_USERS: SufficientSums = mapFields(NOBODY, () => 0n);

/** @throws ServiceError invalid_argument if a value is no safe integer. */
export function sumsOfUsers(users: Iterable<UserValues>): SufficientSums {
  const all = [...users];
  const total = { ...NOBODY };
  for (const { s, k, x } of all) {
    if (!Number.isSafeInteger(s)) throw notWhole(s);
    if (!Number.isSafeInteger(k)) throw notWhole(k);
    if (!Number.isSafeInteger(x)) throw notWhole(x);
    total.n += 1;
    total.s += s;
    total.k += k;
    total.x += x;
    total.ss += s * s;
    total.kk += k * k;
    total.xx += x * x;
    total.sk += s * k;
    total.sx += s * x;
    total.kx += k * x;
  }
  // No other sum is larger than these, which only grow: all were exact, or one of these shows it.
  const isExact = [total.ss, total.kk, total.xx].every(Number.isSafeInteger);
  return isExact ? mapFields(total, BigInt) : exactSums(all);
}

/** The same where squares pass 2⁵³. */
function exactSums(users: readonly UserValues[]): SufficientSums {
  return mergeSums(
    users.map((user) => {
      const [s, k, x] = [BigInt(user.s), BigInt(user.k), BigInt(user.x)];
      const products = { sk: s * k, sx: s * x, kx: k * x };
      return { n: 1n, s, k, x, ss: s * s, kk: k * k, xx: x * x, ...products };
    }),
  );
}

/** The sums of all users of the parts: exactly what {@link sumsOfUsers} gives of them at once. */
export function mergeSums(parts: Iterable<SufficientSums>): SufficientSums {
  let total = NO_USERS;
  for (const part of parts) {
    // Of a single part this is the part itself, whose encoded form may be known.
    total = total === NO_USERS ? part : addSums(total, part);
  }
  return total;
}

function addSums(a: SufficientSums, b: SufficientSums): SufficientSums {
  return {
    n: a.n + b.n,
    s: a.s + b.s,
    k: a.k + b.k,
    x: a.x + b.x,
    ss: a.ss + b.ss,
    kk: a.kk + b.kk,
    xx: a.xx + b.xx,
    sk: a.sk + b.sk,
    sx: a.sx + b.sx,
    kx: a.kx + b.kx,
  };
}

/** What was encoded or parsed before; both sides are frozen, so it stays true. */
const ENCODED = new WeakMap<SufficientSums, EncodedSums>();
const PARSED = new WeakMap<object, SufficientSums>();

export function encodeSums(sums: SufficientSums): EncodedSums {
  const known = ENCODED.get(sums);
  if (known !== undefined) return known;
  const encoded: EncodedSums = Object.freeze(mapFields<bigint, string>(sums, String));
  ENCODED.set(Object.freeze(sums), encoded);
  PARSED.set(encoded, sums);
  return encoded;
}

/** @throws ServiceError invalid_argument if a field is missing or no whole number, or n is negative. */
export function parseSums(encoded: unknown): SufficientSums {
  const fields = (encoded ?? {}) as Readonly<Record<Field, unknown>>;
  const known = PARSED.get(fields);
  if (known !== undefined) return known;
  const sums = mapFields(fields, wholeOf);
  if (sums.n < 0n) throw new ServiceError("invalid_argument", `n must not be negative: ${sums.n}`);
  return sums;
}

function wholeOf(text: unknown, field: Field): bigint {
  if (typeof text !== "string" || !INTEGER.test(text))
    throw new ServiceError("invalid_argument", `sum ${field} must be a whole number as a string`);
  return BigInt(text);
}

function mapFields<A, B>(
  from: Readonly<Record<Field, A>>,
  value: (one: A, field: Field) => B,
): Record<Field, B> {
  return {
    n: value(from.n, "n"),
    s: value(from.s, "s"),
    k: value(from.k, "k"),
    x: value(from.x, "x"),
    ss: value(from.ss, "ss"),
    kk: value(from.kk, "kk"),
    xx: value(from.xx, "xx"),
    sk: value(from.sk, "sk"),
    sx: value(from.sx, "sx"),
    kx: value(from.kx, "kx"),
  };
}

function notWhole(value: number): ServiceError {
  return new ServiceError("invalid_argument", `a user's value must be a safe integer: ${value}`);
}
