import type { InteractionChange } from "@canarec/db-utils/change-feed/codec";
import { LRUCache } from "lru-cache";
import type { Person } from "../models/cold-start/person-groups.ts";
import type { SelfTexts } from "../serving/described-tastes.ts";
import { type PackedHistory, rowCount } from "../retrieval/packed-history.ts";
import { mergeChange } from "./merge-change.ts";

/** How long a history may be believed that no feed vouches for. */
export const UNVOUCHED_MS = 1_000;

/** Rows that an entry costs beside its own: an entry without rows takes memory too. */
const ENTRY_ROWS = 10;

/** What lists depend on of one user, as read at once. */
export interface KnownUser {
  readonly history: PackedHistory;
  /** Keys of the movies that the user hides. */
  readonly hidden: readonly number[];
  /** What is told of the user; null for nothing. */
  readonly person: (Person & SelfTexts) | null;
}

/** One user in memory. */
export interface HistoryEntry<Answer> extends KnownUser {
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
  readonly load: (userId: number) => Promise<KnownUser>;
  readonly feed: FeedState;
  readonly nowMs: () => number;
  readonly onLookup?: (outcome: "hit" | "miss" | "stale" | "unavailable") => void;
  readonly onLoadFailed?: (failure: unknown) => void;
}

/** What happens while the database is being read. */
interface Meanwhile {
  /** What the feed handed over while the database was being read. */
  readonly arrived: InteractionChange[];
  /** Something else of the user changed meanwhile: what is being read may be what was before. */
  isOutdated: boolean;
}

interface Loading<Answer> extends Meanwhile {
  readonly result: Promise<HistoryResult<Answer>>;
}

/** A user who changes with every reading is believed to be as the last one found them, for no time. */
const MOST_READINGS = 3;

/** Of an entry that is read again before it is believed. */
const NEVER_MS = -Infinity;

/**
 * Users in memory, kept equal to the database by the change feed.
 *
 * A history is read once, by one query however many ask at once. From then on each change is merged
 * into it. What arrives while it is being read is merged after the reading: since the merge is a join
 * of a semilattice, it does not matter whether the reading has seen it already. All else that is known of a
 * user is read again when it changes.
 */
export class HistoryCache<Answer> {
  readonly #entries: LRUCache<number, HistoryEntry<Answer>>;
  readonly #loading = new Map<number, Loading<Answer>>();
  readonly #options: HistoryCacheOptions;

  constructor(options: HistoryCacheOptions) {
    this.#options = options;
    this.#entries = new LRUCache({
      maxSize: options.maxRows,
      sizeCalculation: ({ history, hidden, person }) =>
        rowCount(history) + hidden.length + textRows(person) + ENTRY_ROWS,
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

  /** Something else than an interaction of this user changed: they are read again before they are believed. */
  outdate(userId: number): void {
    const loading = this.#loading.get(userId);
    if (loading !== undefined) loading.isOutdated = true;
    const entry = this.#entries.peek(userId);
    if (entry === undefined) return;
    const outdated = { loadedAtMs: NEVER_MS, feedEpoch: undefined, answer: undefined };
    this.#entries.set(userId, { ...entry, ...outdated });
  }

  /** The list that was last answered can be made better now. */
  forgetAnswer(userId: number): void {
    const entry = this.#entries.peek(userId);
    if (entry !== undefined) entry.answer = undefined;
  }

  #isFresh(entry: HistoryEntry<Answer>): boolean {
    const { feed, nowMs } = this.#options;
    if (entry.feedEpoch === feed.epoch() && feed.isLive()) return true;
    return nowMs() - entry.loadedAtMs <= UNVOUCHED_MS;
  }

  #load(userId: number): Promise<HistoryResult<Answer>> {
    const meanwhile: Meanwhile = { arrived: [], isOutdated: false };
    const result = this.#read(userId, meanwhile).finally(() => this.#loading.delete(userId));
    this.#loading.set(userId, Object.assign(meanwhile, { result }));
    return result;
  }

  async #read(userId: number, meanwhile: Meanwhile): Promise<HistoryResult<Answer>> {
    const { feed, nowMs, onLookup, onLoadFailed } = this.#options;
    const vouchedBy = feed.isLive() ? feed.epoch() : undefined;
    const startedMs = nowMs();
    try {
      const read = await this.#loadUnchanged(userId, meanwhile);
      const history = meanwhile.arrived.reduce(
        (merged, change) => mergeChange(merged, change) ?? merged,
        read.history,
      );
      const isVouched = vouchedBy === feed.epoch() && !meanwhile.isOutdated;
      const entry = {
        ...{ ...read, history, answer: undefined },
        loadedAtMs: meanwhile.isOutdated ? NEVER_MS : startedMs,
        feedEpoch: isVouched ? vouchedBy : undefined,
      };
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
  /** Read again what changed while it was being read. */
  async #loadUnchanged(userId: number, meanwhile: Meanwhile): Promise<KnownUser> {
    for (let reading = 1; ; reading += 1) {
      meanwhile.isOutdated = false;
      const read = await this.#options.load(userId);
      if (!hasChanged(meanwhile) || reading === MOST_READINGS) return read;
    }
  }
}

/** Characters that take as much memory as a row, at two bytes each. */
const CHARACTERS_OF_ROW = 24;

function textRows(person: SelfTexts | null): number {
  const characters = (person?.likes?.length ?? 0) + (person?.dislikes?.length ?? 0);
  return Math.ceil(characters / CHARACTERS_OF_ROW);
}

/** Asked after a wait, in which it may have been set. */
function hasChanged({ isOutdated }: Meanwhile): boolean {
  return isOutdated;
}
