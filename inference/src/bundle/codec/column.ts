import type { ArtifactEntry } from "./manifest.ts";

/** An artifact before it has its name and hash. */
export interface Column {
  readonly dtype: ArtifactEntry["dtype"];
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** @throws RangeError unless there are as many numbers as the shape says. */
export function numbers(
  dtype: ArtifactEntry["dtype"],
  values: Int32Array | Float32Array | Float64Array,
  shape: readonly number[],
): Column {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (values.length !== expected) {
    throw new RangeError(
      `expected ${expected} numbers of shape ${shape.join("×")}, got ${values.length}`,
    );
  }
  return {
    dtype,
    shape,
    bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

/** A copy that begins at a multiple of 8, which typed arrays need. */
export function aligned(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}
