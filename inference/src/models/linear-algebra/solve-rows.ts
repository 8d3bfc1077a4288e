import type { RowStep } from "./row-step.ts";

/** The part of a step that grows with a row's entries, for one row at a time. */
export interface RowKernel {
  /** What `apply` multiplies, (factors). */
  readonly direction: Float32Array | Float64Array;
  /** What `apply` and `target` answer, (factors), overwritten. */
  readonly image: Float32Array | Float64Array;
  /** Take up the row whose entries lie at `start` up to `end`. */
  begin(start: number, end: number): void;
  /** image = (gram + Σ |w| y yᵀ) · direction. */
  apply(): void;
  /** image = Σ_{w > 0} w y. */
  target(): void;
}

/**
 * Solve a step's rows from `first` up to `last` by conjugate gradients (Hestenes, Stiefel 1952; for this purpose Takács,
 * Pilászy, Tikk 2011), beginning at what `solved` holds.
 *
 * @param kernel of the same step.
 */
export function solveRows(step: RowStep, kernel: RowKernel, first: number, last: number): void {
  const { rows, factors, solved, ridge } = step;
  const residual = new Float64Array(factors);
  for (let row = first; row < last; row += 1) {
    const x = solved.subarray(row * factors, (row + 1) * factors);
    const [start, end] = [rows.starts[row] as number, rows.starts[row + 1] as number];
    if (start === end) {
      x.fill(0);
      continue;
    }
    kernel.begin(start, end);
    descend(kernel, { x, residual, ridge: ridge[row] as number, steps: step.steps });
  }
}

interface Descent {
  /** Where to begin, and the answer. */
  readonly x: Float32Array;
  /** Overwritten. */
  readonly residual: Float64Array;
  readonly ridge: number;
  readonly steps: number;
}

/** A residual that is this small beside the target is rounding. */
const ROUNDING = 1e-14;

function descend(kernel: RowKernel, { x, residual, ridge, steps }: Descent): void {
  const { direction, image } = kernel;
  kernel.target();
  residual.set(image);
  const least = ROUNDING * squareOf(residual);
  if (least === 0) {
    x.fill(0); // nothing was chosen
    return;
  }
  direction.set(x);
  kernel.apply();
  for (let k = 0; k < residual.length; k += 1) {
    const applied = (image[k] as number) + ridge * (x[k] as number);
    residual[k] = (residual[k] as number) - applied;
  }
  direction.set(residual);
  let square = squareOf(residual);
  for (let step = 0; step < steps && square > least; step += 1) {
    kernel.apply();
    const length = square / curvature(direction, image, ridge);
    for (let k = 0; k < residual.length; k += 1) {
      const towards = direction[k] as number;
      x[k] = (x[k] as number) + length * towards;
      const applied = (image[k] as number) + ridge * towards;
      residual[k] = (residual[k] as number) - length * applied;
    }
    const next = squareOf(residual);
    for (let k = 0; k < residual.length; k += 1) {
      direction[k] = (residual[k] as number) + (next / square) * (direction[k] as number);
    }
    square = next;
  }
}

/** direction · (image + ridge · direction). */
function curvature(
  direction: RowKernel["direction"],
  image: RowKernel["image"],
  ridge: number,
): number {
  let sum = 0;
  for (let k = 0; k < direction.length; k += 1) {
    const towards = direction[k] as number;
    sum += towards * ((image[k] as number) + ridge * towards);
  }
  return sum;
}

function squareOf(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return sum;
}
