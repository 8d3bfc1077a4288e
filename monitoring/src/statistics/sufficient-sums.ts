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

const FIELDS = ["n", "s", "k", "x", "ss", "kk", "xx", "sk", "sx", "kx"] as const;

/** Sums as JSON: decimal strings. */
export type EncodedSums = Readonly<Record<(typeof FIELDS)[number], string>>;

const INTEGER = /^(?:0|-?[1-9]\d*)$/;

/** The sums of nobody. */
export const NO_USERS: SufficientSums = build(() => 0n);

/** @throws ServiceError invalid_argument if a value is no safe integer. */
export function sumsOfUsers(users: Iterable<UserValues>): SufficientSums {
  const total: { -readonly [F in keyof SufficientSums]: bigint } = { ...NO_USERS };
  for (const user of users) {
    const [s, k, x] = [whole(user.s), whole(user.k), whole(user.x)];
    total.n += 1n;
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
  return total;
}

/** The sums of all users of the parts: exactly what {@link sumsOfUsers} gives of them at once. */
export function mergeSums(parts: Iterable<SufficientSums>): SufficientSums {
  let total = NO_USERS;
  for (const part of parts) {
    const before = total;
    total = build((field) => before[field] + part[field]);
  }
  return total;
}

export function encodeSums(sums: SufficientSums): EncodedSums {
  return Object.fromEntries(FIELDS.map((field) => [field, String(sums[field])])) as EncodedSums;
}

/** @throws ServiceError invalid_argument if a field is missing or no whole number, or n is negative. */
export function parseSums(encoded: unknown): SufficientSums {
  const fields = new Map<string, unknown>(Object.entries(encoded ?? {}));
  const sums = build((field) => {
    const text = fields.get(field);
    if (typeof text !== "string" || !INTEGER.test(text))
      throw new ServiceError("invalid_argument", `sum ${field} must be a whole number as a string`);
    return BigInt(text);
  });
  if (sums.n < 0n) throw new ServiceError("invalid_argument", `n must not be negative: ${sums.n}`);
  return sums;
}

function build(value: (field: (typeof FIELDS)[number]) => bigint): SufficientSums {
  return Object.fromEntries(FIELDS.map((field) => [field, value(field)])) as Record<
    (typeof FIELDS)[number],
    bigint
  >;
}

function whole(value: number): bigint {
  if (!Number.isSafeInteger(value))
    throw new ServiceError("invalid_argument", `a user's value must be a safe integer: ${value}`);
  return BigInt(value);
}
