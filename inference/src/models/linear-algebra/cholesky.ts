import { ServiceError } from "@canarec/service-kit/errors";

/**
 * Factor a symmetric positive definite matrix in place: a = l · lᵀ (Cholesky–Banachiewicz).
 *
 * @param a (n × n), rows one after the other; of it the lower triangle is read and becomes l, the upper is left alone.
 * @throws ServiceError "invalid_argument" where the matrix is not positive definite, or holds a NaN.
 */
export function factorCholesky(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i += 1) {
    const rowI = i * n;
    for (let j = 0; j < i; j += 1) {
      const rest = at(a, rowI + j) - dotOfRows(a, rowI, j * n, j);
      a[rowI + j] = rest / at(a, j * n + j);
    }
    const pivot = at(a, rowI + i) - dotOfRows(a, rowI, rowI, i);
    if (!(pivot > 0 && Number.isFinite(pivot))) {
      throw new ServiceError(
        "invalid_argument",
        `the matrix is not positive definite: pivot ${i} of ${n} is ${pivot}; more regularisation is needed`,
      );
    }
    a[rowI + i] = Math.sqrt(pivot);
  }
}

/** Solve l · lᵀ · x = b in place. @param l of factorCholesky. @param b (n), becomes x. */
export function solveCholesky(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i += 1) {
    let rest = at(b, i);
    for (let k = 0; k < i; k += 1) rest -= at(l, i * n + k) * at(b, k);
    b[i] = rest / at(l, i * n + i);
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    const x = at(b, i) / at(l, i * n + i);
    b[i] = x;
    for (let k = 0; k < i; k += 1) b[k] = at(b, k) - at(l, i * n + k) * x;
  }
}

/** The inverse of a lower triangular matrix. @param l (n × n), the upper triangle ignored. @returns (n × n), lower triangular. */
export function inverseOfLower(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    const scale = 1 / at(l, i * n + i);
    const row = inverse.subarray(i * n, i * n + i);
    for (let k = 0; k < i; k += 1) {
      const weight = -at(l, i * n + k) * scale;
      if (weight === 0) continue;
      for (let j = 0; j <= k; j += 1) row[j] = at(row, j) + weight * at(inverse, k * n + j);
    }
    inverse[i * n + i] = scale;
  }
  return inverse;
}

/** Of the first `length` elements from two places of one array. */
function dotOfRows(a: Float64Array, first: number, second: number, length: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let k = 0;
  for (; k + 3 < length; k += 4) {
    sum0 += (a[first + k] as number) * (a[second + k] as number);
    sum1 += (a[first + k + 1] as number) * (a[second + k + 1] as number);
    sum2 += (a[first + k + 2] as number) * (a[second + k + 2] as number);
    sum3 += (a[first + k + 3] as number) * (a[second + k + 3] as number);
  }
  for (; k < length; k += 1) sum0 += (a[first + k] as number) * (a[second + k] as number);
  return sum0 + sum1 + (sum2 + sum3);
}

function at(array: Float64Array, place: number): number {
  return array[place] as number;
}
