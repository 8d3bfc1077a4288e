const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/**
 * MurmurHash3, x86 32-bit variant (Appleby 2011), of the ASCII characters of `text`.
 *
 * @param text characters up to U+007F; of others only the low 8 bits count.
 * @returns an unsigned 32-bit integer.
 */
export function murmur3(text: string, seed = 0): number {
  let hash = seed | 0;
  const whole = text.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    hash = Math.imul(rotate(hash ^ scramble(wordAt(text, i, 4)), 13), 5) + 0xe6546b64;
  }
  hash ^= scramble(wordAt(text, whole, text.length - whole)); // 0 where nothing is left
  return finish(hash ^ text.length);
}

/** `count` characters from `start`, little-endian. */
function wordAt(text: string, start: number, count: number): number {
  let word = 0;
  for (let i = 0; i < count; i += 1) word |= (text.charCodeAt(start + i) & 0xff) << (8 * i);
  return word;
}

function scramble(word: number): number {
  return Math.imul(rotate(Math.imul(word, C1), 15), C2);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
