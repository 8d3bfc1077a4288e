import type { MatrixProducts } from "@canarec/inference/models/model";

/** What matrix products did. */
export interface ProductWork {
  /** Multiplications and additions. */
  operations: number;
  ms: number;
}

/** The same products, with their work added up. */
export function measuredProducts(products: MatrixProducts): {
  readonly products: MatrixProducts;
  readonly work: ProductWork;
} {
  const work = { operations: 0, ms: 0 };
  return {
    work,
    products: {
      async addProduct(product) {
        const startedAt = performance.now();
        await products.addProduct(product);
        work.ms += performance.now() - startedAt;
        work.operations += 2 * product.m * product.n * product.k;
      },
      solveRows: (step) => products.solveRows(step),
    },
  };
}
