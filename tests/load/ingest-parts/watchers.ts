import { type StreamEvent } from "@canarec/stream-parser/contract/event";
import { formatLine } from "@canarec/stream-parser/contract/format-line";

export interface Audience {
  /** Users watching at the same time, one movie each. */
  readonly watchers: number;
  readonly movies: number;
  /** When the first minute is watched, epoch milliseconds. */
  readonly startMs: number;
}

const MINUTE_MS = 60_000;

/**
 * The lines of one minute: each watcher's next minute in an order of its own, and beside them one rating and one
 * recommendation in a hundred lines each, as the platform sends.
 */
export function* minuteLines(audience: Audience, minute: number): Generator<string> {
  const { watchers, startMs } = audience;
  // A stride that shares no factor with the number visits everybody once, far from neighbours.
  const stride = coprime(watchers, Math.floor(watchers * 0.618) + minute * 7);
  for (let index = 0; index < watchers; index += 1) {
    const user = (index * stride) % watchers;
    const atMs = startMs + minute * MINUTE_MS + Math.floor((index / watchers) * MINUTE_MS);
    yield formatLine(
      eventOf(audience, { user, minute, atMs, dice: (user * 31 + minute * 17) % 100 }),
    );
  }
}

interface Turn {
  readonly user: number;
  readonly minute: number;
  readonly atMs: number;
  /** 0 to 99 */
  readonly dice: number;
}

function eventOf(audience: Audience, { user, minute, atMs, dice }: Turn): StreamEvent {
  const userId = user + 1;
  if (dice === 0) {
    const rating = 1 + ((user + minute) % 5);
    return { kind: "rating", atMs, userId, movieId: movieOf(audience, user), rating };
  }
  if (dice === 1) {
    const movieIds = Array.from({ length: 20 }, (_, place) => movieOf(audience, user * 7 + place));
    const answer = { server: "host:8082", status: 200, movieIds, error: null, ms: 12 };
    return { kind: "recommendation", atMs, userId, ...answer };
  }
  return { kind: "watch", atMs, userId, movieId: movieOf(audience, user), minute };
}

/** Few movies have most of the watchers: the n-th has about 1/n as many as the first. */
function movieOf({ movies }: Audience, user: number): string {
  const uniform = ((user * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
  const rank = Math.floor(movies ** uniform) - 1;
  return `a+movie+with+a+title+${rank}+${1950 + (rank % 70)}`;
}

function coprime(number: number, from: number): number {
  for (let candidate = from | 1; ; candidate += 2) {
    let [a, b] = [number, candidate];
    while (b !== 0) [a, b] = [b, a % b];
    if (a === 1) return candidate;
  }
}
