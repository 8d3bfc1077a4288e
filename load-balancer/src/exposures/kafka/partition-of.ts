const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * The partition of a key, as Kafka's own clients choose it: so that a user's exposures stay in one, whoever
 * writes them (murmur2, org.apache.kafka.common.utils.Utils).
 *
 * @param key ASCII.
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

function murmur2(key: string): number {
  const { length } = key;
  const byte = (at: number) => key.charCodeAt(at) & 0xff;
  let h = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const k = Math.imul(
      byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24),
      M,
    );
    h = Math.imul(h, M) ^ Math.imul(k ^ (k >>> R), M);
  }
  if (at < length) {
    for (let rest = length - 1; rest >= at; rest -= 1) h ^= byte(rest) << (8 * (rest - at));
    h = Math.imul(h, M);
  }
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}
