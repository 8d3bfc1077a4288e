/**
 * What a replica may hold in all, MiB: beside its heap there are young objects, buffers and code. One that
 * holds more is ended.
 *
 * @param heapMiB `ReplicaSpec.limits.memoryMiB`.
 */
export function hardLimitMiB(heapMiB: number): number {
  return Math.round(heapMiB * 1.5) + 256;
}

/** How Node is told its heap; room for young objects keeps collections from holding answers up. */
export function heapArguments(heapMiB: number): string[] {
  return [`--max-old-space-size=${heapMiB}`, "--max-semi-space-size=64"];
}

/** Why a replica ended that held too much. */
export function outgrew(limitMiB: number): string {
  return `outgrew its memory of ${limitMiB} MiB`;
}
