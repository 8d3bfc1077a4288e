/**
 * The k-th largest of the positive values that count: a heap of the k largest so far, the least of them on
 * top, so that most values cost one comparison.
 *
 * @param values (n). @param leftOut 1 for what does not count, (n). @param k at least 1.
 * @returns the k-th largest, or the least where fewer than k count; 0 where none does.
 */
export function kthLargest(values: Float32Array, leftOut: Uint8Array, k: number): number {
  const heap = new Float32Array(Math.min(k, values.length));
  let size = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (!(value > 0) || leftOut[i] === 1) continue;
    if (size < heap.length) {
      rise(heap, size, value);
      size += 1;
    } else if (value > (heap[0] as number)) {
      sink(heap, value);
    }
  }
  return size === 0 ? 0 : (heap[0] as number);
}

function rise(heap: Float32Array, from: number, value: number): void {
  let place = from;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if ((heap[parent] as number) <= value) break;
    heap[place] = heap[parent] as number;
    place = parent;
  }
  heap[place] = value;
}

/** Put a value in place of the least. */
function sink(heap: Float32Array, value: number): void {
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number))
      child += 1;
    if ((heap[child] as number) >= value) break;
    heap[place] = heap[child] as number;
    place = child;
  }
  heap[place] = value;
}
