import type { MatrixProducts } from "../model.ts";

/** Rows of a panel: products are summed in single precision within it, panels in double. */
const PANEL = 4096;

/**
 * scale · aᵀ a of a tall matrix.
 *
 * @param a (rows × factors). @returns (factors × factors).
 */
export async function tallGram(
  a: Float32Array,
  factors: number,
  { products, scale }: { readonly products: MatrixProducts; readonly scale: number },
): Promise<Float64Array> {
  const sum = new Float64Array(factors * factors);
  for (let from = 0; from < a.length; from += PANEL * factors) {
    const panel = a.subarray(from, from + PANEL * factors);
    const c = new Float32Array(factors * factors);
    const k = panel.length / factors;
    const size = { m: factors, n: factors, k };
    await products.addProduct({ a: panel, b: panel, c, sign: 1, transposeA: true, ...size });
    for (let place = 0; place < sum.length; place += 1) {
      sum[place] = (sum[place] as number) + scale * (c[place] as number);
    }
  }
  return sum;
}
