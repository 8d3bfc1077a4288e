import type { RatingEvent, WatchEvent } from "@canarec/stream-parser/contract/event";

/** Someone in the middle of a movie. */
export interface Watcher {
  readonly userId: number;
  readonly movieId: string;
  /** The next minute to be logged. */
  minute: number;
  readonly lastMinute: number;
  /** Given after the last minute; undefined for none. */
  readonly rating: number | undefined;
}

/** Everybody who watches now, by the moment of the minute at which their line is due. */
export interface Watchers {
  count(): number;
  has(userId: number): boolean;
  /** @param firstAtMs when the first line is due; less than a minute ahead. */
  start(watcher: Watcher, firstAtMs: number): void;
  /** Log what is due in the slot that begins at this time. Call once for each slot, in order. */
  tick(slotMs: number): (WatchEvent | RatingEvent)[];
}

/** Length of a slot. */
export const SLOT_MS = 100;
const MINUTE_SLOTS = 60_000 / SLOT_MS;

/** A wheel with one turn a minute: a slot holds those who began in it, so a tick touches no others. */
export function createWatchers(): Watchers {
  const wheel = Array.from({ length: MINUTE_SLOTS }, (): Watcher[] => []);
  const watching = new Set<number>();
  const slotOf = (atMs: number) => Math.floor(atMs / SLOT_MS) % MINUTE_SLOTS;
  return {
    count: () => watching.size,
    has: (userId) => watching.has(userId),
    start(watcher, firstAtMs) {
      watching.add(watcher.userId);
      wheel[slotOf(firstAtMs)]?.push(watcher);
    },
    tick(slotMs) {
      const slot = slotOf(slotMs);
      const due = wheel[slot] ?? [];
      const events = due.map((watcher) => nextEvent(watcher, slotMs));
      const left = due.filter((watcher) => {
        watcher.minute += 1;
        const over = watcher.minute > watcher.lastMinute + (watcher.rating === undefined ? 0 : 1);
        if (over) watching.delete(watcher.userId);
        return !over;
      });
      if (left.length < due.length) wheel[slot] = left;
      return events;
    },
  };
}

function nextEvent(watcher: Watcher, atMs: number): WatchEvent | RatingEvent {
  const { userId, movieId, minute, lastMinute, rating } = watcher;
  return minute > lastMinute && rating !== undefined
    ? { kind: "rating", atMs, userId, movieId, rating }
    : { kind: "watch", atMs, userId, movieId, minute };
}
