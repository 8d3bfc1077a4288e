/**
 * The lower half of a symmetric or lower triangular matrix in square blocks, so that no single array is as large as the
 * matrix: n² / 2 numbers of single precision, 190 MB at n = 9,700.
 *
 * Beyond n the last blocks are padded by the identity, which is its own factor and inverse.
 */
export interface BlockMatrix {
  readonly n: number;
  /** Rows and columns of a block. */
  readonly side: number;
  /** Blocks in a row and in a column, ⌈n / side⌉. */
  readonly count: number;
  /** Row by row: (0, 0), (1, 0), (1, 1), (2, 0) …; each (side × side), its rows one after the other. Views of `rows`. */
  readonly blocks: readonly Float32Array[];
  /** The blocks of each row one after the other. */
  readonly rows: readonly Float32Array[];
}

/** The identity. @param side of the blocks. */
export function identityBlocks(n: number, side: number): BlockMatrix {
  const count = Math.ceil(n / side);
  const area = side * side;
  const rows = Array.from({ length: count }, (_, i) => new Float32Array((i + 1) * area));
  const blocks = rows.flatMap((row, i) =>
    Array.from({ length: i + 1 }, (_, j) => row.subarray(j * area, (j + 1) * area)),
  );
  const matrix = { n, side, count, blocks, rows };
  for (let i = 0; i < count; i += 1) {
    const diagonal = blockAt(matrix, i, i);
    for (let k = 0; k < side; k += 1) diagonal[k * side + k] = 1;
  }
  return matrix;
}

/** Block (i, j), j ≤ i. @throws RangeError outside the lower half. */
export function blockAt({ blocks }: BlockMatrix, i: number, j: number): Float32Array {
  const block = j <= i ? blocks[(i * (i + 1)) / 2 + j] : undefined;
  if (block === undefined) throw new RangeError(`there is no block (${i}, ${j})`);
  return block;
}

/** Blocks (i, from) up to (i, to − 1) as they lie one after the other. */
export function blocksOfRow(
  { rows, side }: BlockMatrix,
  i: number,
  from: number,
  to: number,
): Float32Array {
  const area = side * side;
  return (rows[i] as Float32Array).subarray(from * area, to * area);
}

/** Turn a block over, in place. */
export function transposeBlock(block: Float32Array, side: number): void {
  for (let i = 1; i < side; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const below = block[i * side + j] as number;
      block[i * side + j] = block[j * side + i] as number;
      block[j * side + i] = below;
    }
  }
}

/** Write the lower part of a row, columns 0 … row. @param values (at least row + 1). */
export function setLowerRow(
  matrix: BlockMatrix,
  row: number,
  values: Float32Array | Float64Array,
): void {
  const { side } = matrix;
  const i = Math.floor(row / side);
  for (let j = 0; j <= i; j += 1) {
    const from = j * side;
    const part = values.subarray(from, Math.min(from + side, row + 1));
    blockAt(matrix, i, j).set(part, (row - i * side) * side);
  }
}

/** Read a whole row of a symmetric matrix. @param into (n), overwritten. */
export function symmetricRow(matrix: BlockMatrix, row: number, into: Float32Array): void {
  const { n, side, count } = matrix;
  const i = Math.floor(row / side);
  const inner = row - i * side;
  for (let j = 0; j < count; j += 1) {
    const from = j * side;
    const width = Math.min(side, n - from);
    if (j < i) {
      const start = inner * side;
      into.set(blockAt(matrix, i, j).subarray(start, start + width), from);
      continue;
    }
    const block = blockAt(matrix, j, i);
    for (let k = 0; k < width; k += 1) {
      const isBelow = j > i || k >= inner;
      into[from + k] = block[isBelow ? k * side + inner : inner * side + k] ?? 0;
    }
  }
}

/** (n). */
export function diagonalOf(matrix: BlockMatrix): Float32Array {
  const { n, side } = matrix;
  return new Float32Array(n).map((_, row) => {
    const [i, inner] = [Math.floor(row / side), row % side];
    return blockAt(matrix, i, i)[inner * (side + 1)] as number;
  });
}
