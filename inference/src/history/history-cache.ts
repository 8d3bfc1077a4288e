import type { InteractionChange } from "@canarec/db-utils/change-feed/codec";
import { LRUCache } from "lru-cache";
import { type PackedHistory, rowCount } from "../retrieval/packed-history.ts";
import { mergeChange } from "./merge-change.ts";

/** How long a history may be believed that no feed vouches for. */
export const UNVOUCHED_MS = 1_000;

/** Rows that an entry costs beside its own: an entry without rows takes memory too. */
const ENTRY_ROWS = 10;

/** One user's history in memory. */
export interface HistoryEntry<Answer> {
  /** Changes are merged into it in place. */
  readonly history: PackedHistory;
  /** When the reading of it began. */
  readonly loadedAtMs: number;
  /** The connection of the feed that has vouched for it since; undefined: none did. */
  readonly feedEpoch: number | undefined;
  /** What was last answered from this very history; an event clears it. */
  answer: Answer | undefined;
}

export type HistoryResult<Answer> =
  | { readonly kind: "fresh"; readonly entry: HistoryEntry<Answer> }
  /** The database is away: what was known before. */
  | { readonly kind: "stale"; readonly entry: HistoryEntry<Answer> }
  | { readonly kind: "unavailable" };

/** The change feed, as far as the cache must know it. */
export interface FeedState {
  /** Whether everything committed up to a second ago has been handed over. */
  isLive(): boolean;
  /** Changes with each connection: what lies between two was missed. */
  epoch(): number;
}

export interface HistoryCacheOptions {
  /** Most rows kept, over all users; the least recently asked for go first. */
  readonly maxRows: number;
  readonly load: (userId: number) => Promise<PackedHistory>;
  readonly feed: FeedState;
  readonly nowMs: () => number;
  readonly onLookup?: (outcome: "hit" | "miss" | "stale" | "unavailable") => void;
  readonly onLoadFailed?: (failure: unknown) => void;
}

interface Loading<Answer> {
  readonly result: Promise<HistoryResult<Answer>>;
  /** What the feed handed over while the database was being read. */
  readonly arrived: InteractionChange[];
}

/**
 * Histories in memory, kept equal to the database by the change feed.
 *
 * A history is read once, by one query however many ask at once. From then on each change is merged
 * into it. What arrives while it is being read is merged after the reading: since the merge is a join
 * of a semilattice, it does not matter whether the reading has seen it already.
 */
export class HistoryCache<Answer> {
  readonly #entries: LRUCache<number, HistoryEntry<Answer>>;
  readonly #loading = new Map<number, Loading<Answer>>();
  readonly #options: HistoryCacheOptions;

  constructor(options: HistoryCacheOptions) {
    this.#options = options;
    this.#entries = new LRUCache({
      maxSize: options.maxRows,
      sizeCalculation: (entry) => rowCount(entry.history) + ENTRY_ROWS,
    });
  }

  /** Users in memory. */
  get size(): number {
    return this.#entries.size;
  }

  /** Rows in memory, with ten for each user's own cost. */
  get rows(): number {
    return this.#entries.calculatedSize;
  }

  /** At once where it is in memory and fresh; never rejects. */
  get(userId: number): HistoryResult<Answer> | Promise<HistoryResult<Answer>> {
    const entry = this.#entries.get(userId);
    if (entry !== undefined && this.#isFresh(entry)) {
      this.#options.onLookup?.("hit");
      return { kind: "fresh", entry };
    }
    return this.#loading.get(userId)?.result ?? this.#load(userId);
  }

  /** A change that the feed handed over. */
  apply(change: InteractionChange): void {
    this.#loading.get(change.userId)?.arrived.push(change);
    const entry = this.#entries.peek(change.userId);
    if (entry === undefined) return;
    const history = mergeChange(entry.history, change);
    if (history === undefined) return;
    entry.answer = undefined;
    if (history !== entry.history) this.#entries.set(change.userId, { ...entry, history });
  }

  #isFresh(entry: HistoryEntry<Answer>): boolean {
    const { feed, nowMs } = this.#options;
    if (entry.feedEpoch === feed.epoch() && feed.isLive()) return true;
    return nowMs() - entry.loadedAtMs <= UNVOUCHED_MS;
  }

  #load(userId: number): Promise<HistoryResult<Answer>> {
    const arrived: InteractionChange[] = [];
    const result = this.#read(userId, arrived).finally(() => this.#loading.delete(userId));
    this.#loading.set(userId, { result, arrived });
    return result;
  }

  async #read(userId: number, arrived: InteractionChange[]): Promise<HistoryResult<Answer>> {
    const { feed, load, nowMs, onLookup, onLoadFailed } = this.#options;
    const loadedAtMs = nowMs();
    const vouchedBy = feed.isLive() ? feed.epoch() : undefined;
    try {
      const read = await load(userId);
      const history = arrived.reduce(
        (merged, change) => mergeChange(merged, change) ?? merged,
        read,
      );
      const feedEpoch = vouchedBy === feed.epoch() ? vouchedBy : undefined;
      const entry = { history, loadedAtMs, feedEpoch, answer: undefined };
      this.#entries.set(userId, entry);
      onLookup?.("miss");
      return { kind: "fresh", entry };
    } catch (failure) {
      onLoadFailed?.(failure);
      const entry = this.#entries.get(userId);
      onLookup?.(entry ? "stale" : "unavailable");
      return entry ? { kind: "stale", entry } : { kind: "unavailable" };
    }
  }
}
