import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Platform } from "@canarec/simulator/world/platform";
import { randomStream } from "@canarec/simulator/world/random";
import { type VisitRecord, simulateVisits } from "@canarec/simulator/world/visits";
import { formatLine } from "@canarec/stream-parser/contract/format-line";

const DAY_MS = 86_400_000;

export interface HistorySettings {
  readonly endMs: number;
  readonly days: number;
  readonly visitsPerDay: number;
}

/** Movies on the shelf that each visitor was shown. */
const SHELF = 20;

/**
 * What the platform's users did before anybody recommended them anything but a shelf of movies drawn anew each time, as
 * lines of the stream: the furthest minute of each movie that they chose, and their ratings.
 *
 * @returns the number of visits.
 */
export async function writeHistory(
  file: string,
  platform: Platform,
  { endMs, days, visitsPerDay }: HistorySettings,
): Promise<number> {
  const startMs = endMs - days * DAY_MS;
  const random = randomStream(platform.seed, "shelf");
  const { movies } = platform.catalogue;
  const shelf = () =>
    Array.from({ length: SHELF }, () => movies[random.below(movies.length)]?.facts.movieId ?? "");
  let visits = 0;
  function* lines() {
    const settings = { startMs, endMs, visitsPerDay, dailySwing: 0 };
    for (const visit of simulateVisits(platform, settings, shelf)) {
      visits += 1;
      yield* linesOf(visit);
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
  return visits;
}

function linesOf({ movie, stars, ...visit }: VisitRecord): string[] {
  if (movie === undefined) return [];
  const { movieId } = movie.facts;
  const event = { atMs: visit.atMs, userId: visit.userId, movieId };
  const watched = formatLine({ kind: "watch", ...event, minute: visit.lastMinute });
  if (stars === undefined) return [`${watched}\n`];
  return [`${watched}\n`, `${formatLine({ kind: "rating", ...event, rating: stars })}\n`];
}
