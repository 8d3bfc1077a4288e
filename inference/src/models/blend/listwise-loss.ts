/** One user's candidates as learning sees them. */
export interface ShapedExample {
  /** Shaped scores by term, each (candidates). */
  readonly columns: readonly Float32Array[];
  /** Places of the candidates that were taken; at least one. */
  readonly targets: Int32Array;
}

/** A function's value and its first two derivatives at a point of t weights. */
export interface Loss {
  readonly value: number;
  /** (t). */
  readonly gradient: Float64Array;
  /** (t × t), symmetric, positive definite. */
  readonly curvature: Float64Array;
}

/**
 * How badly the weights tell what users took:
 *
 *     mean over users of  −(1/|T|) Σ over c in T of log softmax(Σ over terms w · x)(c)   +   ridge/2 · |w|²
 *
 * Of no users: the ridge alone.
 */
export function listwiseLoss(
  examples: readonly ShapedExample[],
  weights: Float64Array,
  ridge: number,
): Loss {
  const size = weights.length;
  const gradient = new Float64Array(size);
  const curvature = new Float64Array(size * size);
  let value = 0;
  const share = 1 / Math.max(1, examples.length);
  for (const example of examples) {
    value += share * addExample(example, weights, { share, gradient, curvature });
  }
  for (let t = 0; t < size; t += 1) {
    const weight = weights[t] as number;
    value += (ridge / 2) * weight * weight;
    gradient[t] = (gradient[t] as number) + ridge * weight;
    curvature[t * size + t] = (curvature[t * size + t] as number) + ridge;
  }
  return { value, gradient, curvature };
}

interface Sums {
  readonly share: number;
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
}

/** Adds share × the derivatives of one user's loss. @returns that loss. */
function addExample(example: ShapedExample, weights: Float64Array, sums: Sums): number {
  const { columns, targets } = example;
  const { chances, logits, logTotal } = softmax(columns, weights);
  const size = columns.length;
  const means = columns.map((column) => expected(column, chances));
  let loss = logTotal;
  for (const target of targets) loss -= (logits[target] as number) / targets.length;
  for (let a = 0; a < size; a += 1) {
    const column = columns[a] as Float32Array;
    let taken = 0;
    for (const target of targets) taken += (column[target] as number) / targets.length;
    const mean = means[a] as number;
    sums.gradient[a] = (sums.gradient[a] as number) + sums.share * (mean - taken);
    for (let b = 0; b <= a; b += 1) {
      const other = columns[b] as Float32Array;
      const covariance = expectedProduct(column, other, chances) - mean * (means[b] as number);
      const place = a * size + b;
      sums.curvature[place] = (sums.curvature[place] as number) + sums.share * covariance;
      if (a !== b) sums.curvature[b * size + a] = sums.curvature[place];
    }
  }
  return loss;
}

function softmax(columns: readonly Float32Array[], weights: Float64Array) {
  const logits = new Float64Array(columns[0]?.length ?? 0);
  columns.forEach((column, t) => {
    const weight = weights[t] as number;
    for (let i = 0; i < logits.length; i += 1) {
      logits[i] = (logits[i] as number) + weight * (column[i] as number);
    }
  });
  let most = -Infinity;
  for (let i = 0; i < logits.length; i += 1) most = Math.max(most, logits[i] as number);
  const chances = new Float64Array(logits.length);
  let total = 0;
  for (let i = 0; i < logits.length; i += 1) {
    chances[i] = Math.exp((logits[i] as number) - most);
    total += chances[i] as number;
  }
  for (let i = 0; i < chances.length; i += 1) chances[i] = (chances[i] as number) / total;
  return { chances, logits, logTotal: most + Math.log(total) };
}

function expected(values: Float32Array, chances: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += (values[i] as number) * (chances[i] as number);
  return sum;
}

function expectedProduct(a: Float32Array, b: Float32Array, chances: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) {
    sum += (a[i] as number) * (b[i] as number) * (chances[i] as number);
  }
  return sum;
}
