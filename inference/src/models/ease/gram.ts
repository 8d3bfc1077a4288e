import { isReportDue, reportStep } from "../fit-steps.ts";
import { type BlockMatrix, identityBlocks, setLowerRow } from "../linear-algebra/block-matrix.ts";
import type { FitTools } from "../model.ts";
import { type SparseRows, transposed } from "../sparse/sparse-rows.ts";

/** What the Gram matrix depends on beside its rows. */
export interface GramOptions {
  /** Added to the diagonal, above 0. */
  readonly lambda: number;
  /** Of the blocks. */
  readonly side: number;
  readonly tools: Pick<FitTools, "progress" | "signal">;
}

/**
 * xᵀ x + λ of a sparse matrix x: how much of their users any two columns share. Summed in double precision, one row of the
 * answer at a time: Σ |row of x|² / 2 additions.
 */
export async function gramOf(
  rows: SparseRows,
  { lambda, side, tools }: GramOptions,
): Promise<BlockMatrix> {
  const n = rows.columns;
  const gram = identityBlocks(n, side);
  const columns = transposed(rows);
  const sums = new Float64Array(n);
  for (let column = 0; column < n; column += 1) {
    sums.fill(0, 0, column + 1);
    const end = columns.starts[column + 1] as number;
    for (let at = columns.starts[column] as number; at < end; at += 1) {
      const user = columns.columnOf[at] as number;
      addRow(rows, user, { sums, upTo: column, weight: columns.values[at] as number });
    }
    sums[column] = (sums[column] as number) + lambda;
    setLowerRow(gram, column, sums);
    if (isReportDue(column, n)) await reportStep(tools, column / n);
  }
  return gram;
}

/** Add weight · a row to the sums, as far as the column. */
function addRow(
  { starts, columnOf, values }: SparseRows,
  row: number,
  { sums, upTo, weight }: { sums: Float64Array; upTo: number; weight: number },
): void {
  const end = starts[row + 1] as number;
  for (let at = starts[row] as number; at < end; at += 1) {
    const column = columnOf[at] as number;
    if (column > upTo) return;
    sums[column] = (sums[column] as number) + weight * (values[at] as number);
  }
}
