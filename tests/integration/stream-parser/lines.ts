import { formatLine } from "@canarec/stream-parser/contract/format-line";
import { SENT_AT } from "./harness.ts";

/** A damaged line of every kind that the contract lists, and some more. */
const DAMAGE = [
  "2022-11-1 4T12:23:14,1,GET /data/m/a/0.mpg",
  "2022-11-14T1O2:23:16,1,GET /data/m/a/0.mpg",
  "2022-11-14T12:23:16,1,GZET /data/m/a/0.mpg",
  "2022-11-14T12:23:16,317r398,GET /data/m/a/0.mpg",
  "2022-11-14T12:23:16,387336 ,GET /data/m/a/0.mpg",
  "2022-11-14T12:23:16,-25611,GET /data/m/a/0.mpg",
  "2022-11-14T12:23:16,1,GET /data/m/a/30.Hmpg",
  "2022-11-14T12:23:16,1,GET /rate/a=11",
];

const USERS = 60;
const MOVIES = 25;
const HOURS_BACK = 30;

/**
 * Lines of every kind about few users and movies, so that rows meet, in an order without sense; about one in fifty is
 * damaged. The same seed gives the same lines.
 */
export function mixedLines(count: number, seed: number): string[] {
  const random = generator(seed);
  const pick = (below: number) => Math.floor(random() * below);
  return Array.from({ length: count }, () => {
    const userId = pick(USERS);
    const movieId = `movie+${pick(MOVIES)}+1999`;
    const atMs = SENT_AT - pick(HOURS_BACK * 3_600_000);
    const dice = pick(100);
    if (dice < 2) return DAMAGE[pick(DAMAGE.length)] ?? "";
    if (dice < 20)
      return formatLine({ kind: "rating", atMs, userId, movieId, rating: (1 + pick(10)) / 2 });
    if (dice < 24) return formatLine({ kind: "account", atMs, userId });
    if (dice < 30) {
      const answer = {
        server: "h:1",
        status: 200,
        movieIds: [movieId],
        error: null,
        ms: pick(600),
      };
      return formatLine({ kind: "recommendation", atMs, userId, ...answer });
    }
    return formatLine({ kind: "watch", atMs, userId, movieId, minute: pick(120) });
  });
}

/** mulberry32: 32 bits of state are plenty here. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
