import type { RowStep } from "../../models/linear-algebra/row-step.ts";
import type { RowKernel } from "../../models/linear-algebra/solve-rows.ts";
import { ROWS_AT_ONCE, type RowProducts, createRowProducts } from "./row-products.ts";

const PAGE_BYTES = 65_536;
const FLOAT_BYTES = 4;
/** A vector of the instructions has so many numbers. */
const LANES = 4;

/** Where things lie in the memory, in bytes. */
interface Layout {
  /** The step's fixed rows, and behind them those of gram. */
  readonly rows: number;
  /** Addresses of a row's entries, padded, and behind them those of gram. */
  readonly list: number;
  /** |w| of the entries, padded by 0. */
  readonly weights: number;
  /** What rows are multiplied by. */
  readonly scalars: number;
  readonly direction: number;
  readonly image: number;
  readonly bytes: number;
}

/**
 * Sums in single precision, in vectors of four: a kernel that keeps its memory from step to step.
 * Memory: the fixed rows, and 12 bytes for each entry of the longest row.
 */
export class WasmRowKernels {
  readonly #memory = new WebAssembly.Memory({ initial: 1 });
  readonly #products: RowProducts = createRowProducts(this.#memory);

  /** A kernel for one step; the one before it is void. */
  kernelOf(step: RowStep): RowKernel {
    const width = padded(step.factors) * FLOAT_BYTES;
    const at = layoutOf(step, width);
    const missing = at.bytes - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    return createKernel(step, { at, width, buffer: this.#memory.buffer, products: this.#products });
  }
}

interface Place {
  readonly at: Layout;
  /** Bytes of a row. */
  readonly width: number;
  readonly buffer: ArrayBuffer;
  readonly products: RowProducts;
}

function createKernel(step: RowStep, { at, width, buffer, products }: Place): RowKernel {
  const { factors, rows, fixed, gram } = step;
  const columns = rows.columns;
  const floats = new Float32Array(buffer);
  copyRows(fixed, { into: floats, from: 0, factors, stride: width / FLOAT_BYTES });
  copyRows(gram, { into: floats, from: columns, factors, stride: width / FLOAT_BYTES });
  const list = new Uint32Array(buffer, at.list);
  const weights = new Float32Array(buffer, at.weights);
  const scalars = new Float32Array(buffer, at.scalars);
  const direction = new Float32Array(buffer, at.direction, padded(factors));
  const image = new Float32Array(buffer, at.image, padded(factors));
  direction.fill(0);
  let [start, count, ends] = [0, 0, at.list];
  return {
    direction: direction.subarray(0, factors),
    image: image.subarray(0, factors),
    begin(first, last) {
      [start, count] = [first, padded(last - first)];
      ends = at.list + count * FLOAT_BYTES;
      for (let entry = 0; entry < count; entry += 1) {
        const isThere = first + entry < last;
        list[entry] = isThere ? (rows.columnOf[first + entry] as number) * width : 0;
        weights[entry] = isThere ? Math.abs(rows.values[first + entry] as number) : 0;
      }
      for (let row = 0; row < padded(factors); row += 1) {
        list[count + row] = (columns + Math.min(row, factors - 1)) * width;
      }
    },
    apply() {
      products.dots(at.list, ends, at.weights, at.direction, at.scalars, width);
      scalars.set(direction, count); // beyond the factors zeros
      image.fill(0);
      products.sum(at.list, ends + width, at.scalars, at.image, width);
    },
    target() {
      for (let entry = 0; entry < count; entry += 1) {
        // Padding reads another row's entry, or none; its weight is 0.
        const isLiked = (rows.values[start + entry] as number) > 0;
        scalars[entry] = isLiked ? (weights[entry] as number) : 0;
      }
      image.fill(0);
      products.sum(at.list, ends, at.scalars, at.image, width);
    },
  };
}

function layoutOf({ rows, factors }: RowStep, width: number): Layout {
  let longest = 0;
  for (let row = 0; row < rows.rows; row += 1) {
    longest = Math.max(longest, (rows.starts[row + 1] as number) - (rows.starts[row] as number));
  }
  const entries = (padded(longest) + padded(factors)) * FLOAT_BYTES;
  const list = (rows.columns + factors) * width;
  const [weights, scalars, direction] = [list + entries, list + 2 * entries, list + 3 * entries];
  const image = direction + width;
  return { rows: 0, list, weights, scalars, direction, image, bytes: image + width };
}

/** Copy rows to where they are `stride` numbers apart, zeros between them. */
function copyRows(
  of: Float32Array,
  place: { into: Float32Array; from: number; factors: number; stride: number },
): void {
  const { into, from, factors, stride } = place;
  if (stride === factors) {
    into.set(of, from * stride);
    return;
  }
  for (let row = 0; row * factors < of.length; row += 1) {
    const start = (from + row) * stride;
    into.fill(0, start, start + stride);
    into.set(of.subarray(row * factors, (row + 1) * factors), start);
  }
}

/** Up to the next multiple of what is worked on at once. */
function padded(count: number): number {
  return Math.ceil(count / ROWS_AT_ONCE) * LANES;
}
