/** What a limit counts together: lists, what is read of a user or a movie, changes, and everything else. */
export const LIMITED_PATHS = ["recommend", "api", "change", "other"] as const;
export type LimitedPath = (typeof LIMITED_PATHS)[number];

/** Requests a second of one address; 0: as many as it likes. */
export type RateLimits = Readonly<Record<LimitedPath, number>>;

/** An address may be ahead of its rate by so much: connections bring requests in bursts. */
const BURST_MS = 2_000;

/** Addresses that are remembered at once, of each path: for one more, the one known for longest is forgotten, and begins anew. */
const MOST_ADDRESSES = 10_000;

/**
 * Whether an address may ask once more: the generic cell rate algorithm (ITU-T I.371), one number an address and
 * path. In memory, of one process: `WORKERS` processes let through so many times as much.
 */
export class RateLimit {
  readonly #paths: Readonly<Record<LimitedPath, Path>>;

  constructor(limits: RateLimits) {
    const pathOf = (perSecond: number): Path => ({
      spacingMs: perSecond === 0 ? 0 : 1_000 / perSecond,
      nextMs: new Map(),
      known: [],
      oldest: 0,
    });
    this.#paths = {
      recommend: pathOf(limits.recommend),
      api: pathOf(limits.api),
      change: pathOf(limits.change),
      other: pathOf(limits.other),
    };
  }

  /**
   * @param nowMs of a clock that does not go back.
   * @returns 0 where it may; else after how many milliseconds it may again.
   */
  waitMs(path: LimitedPath, address: string | undefined, nowMs: number): number {
    const limited = this.#paths[path];
    const { spacingMs, nextMs } = limited;
    if (spacingMs === 0) return 0;
    const key = networkOf(address ?? "");
    const known = nextMs.get(key);
    const dueMs = Math.max(known ?? 0, nowMs);
    const aheadMs = dueMs - nowMs - BURST_MS;
    if (aheadMs > 0) return aheadMs;
    if (known === undefined) remember(limited, key);
    nextMs.set(key, dueMs + spacingMs);
    return 0;
  }
}

interface Path {
  readonly spacingMs: number;
  /** By address: when its next request would be due at its rate. */
  readonly nextMs: Map<string, number>;
  /** Its addresses, a ring: in order of first appearance from `oldest` on, once there are as many as are remembered. */
  readonly known: string[];
  oldest: number;
}

/** In the place of the oldest, which the ring names: to look for it in the Map is to walk over all that was deleted. */
function remember(path: Path, key: string): void {
  const forgotten = path.known[path.oldest];
  if (forgotten !== undefined) path.nextMs.delete(forgotten);
  path.known[path.oldest] = key;
  path.oldest = (path.oldest + 1) % MOST_ADDRESSES;
}

/** Of IPv6 the first 64 bits: whoever has one address has all of these. */
export function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  return [...groups, ...Array.from({ length: zeros }, () => "0"), ...rest].slice(0, 4).join(":");
}
