/**
 * Mean of the hidden states over all tokens, scaled to length 1: the sentence embedding of MiniLM (Reimers and
 * Gurevych, "Sentence-BERT", 2019). For one text without padding, so that the attention mask is all ones.
 *
 * @param hidden (tokens, width), row by row.
 * @returns (width), of Euclidean length 1.
 * @throws RangeError if `hidden` is not a whole number of rows, or its mean has no direction.
 */
export function pooledUnit(hidden: Float32Array, width: number): Float32Array {
  const tokens = hidden.length / width;
  if (!Number.isInteger(tokens) || tokens < 1) {
    throw new RangeError(`${hidden.length} values are not rows of ${width}`);
  }
  const sum = new Float64Array(width);
  for (let i = 0, column = 0; i < hidden.length; i += 1) {
    sum[column] = (sum[column] ?? 0) + (hidden[i] ?? 0);
    column = column + 1 === width ? 0 : column + 1;
  }
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  if (!(length > 0 && Number.isFinite(length))) throw new RangeError(`length ${length}`);
  return Float32Array.from(sum, (value) => value / length);
}

/** Cosine of the angle between two unit vectors of the same width, in [-1, 1] up to rounding. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new RangeError(`widths ${a.length} and ${b.length} differ`);
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
