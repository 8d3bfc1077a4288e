/**
 * A whole number in plain decimal digits: no sign, blank, exponent or superfluous zero.
 *
 * @returns NaN for anything else, Infinity beyond 53 bits.
 */
export function parseWhole(text: string): number {
  const length = text.length;
  if (length === 0 || (length > 1 && text.charCodeAt(0) === 48)) return Number.NaN;
  let value = 0;
  for (let at = 0; at < length; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
}

const DECIMAL = /^(0|[1-9]\d{0,2})(\.\d)?$/;

/** A rating as platforms write it: `4`, `3.5`, `4.0`. @returns NaN for anything else. */
export function parseDecimal(text: string): number {
  return DECIMAL.test(text) ? Number(text) : Number.NaN;
}
