import { notifyMovies } from "@canarec/db-utils/change-feed/notify";
import type { Database } from "@canarec/db-utils/database";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import type { InferenceMetrics } from "../metrics.ts";
import type { EmbeddingRound } from "./embed-new-movies.ts";
import type { Leadership } from "./leadership.ts";

/** Between two looks for new movies when nobody announces any. */
const LOOK_EVERY_MS = 10_000;

/** After an announcement: those that follow at once come along. */
const GATHER_MS = 500;

export interface EmbeddingWorker extends AsyncDisposable {
  /** Somebody said that movies are new or changed. */
  announce(): void;
}

export interface EmbeddingWorkerParts {
  readonly database: Pick<Database, "pool">;
  readonly leadership: Leadership;
  readonly round: () => Promise<EmbeddingRound>;
  readonly metrics: InferenceMetrics;
  readonly log: Logger;
}

/**
 * Embed new movies in the background while this replica leads. Failures (Chroma or Postgres away) are
 * told once, and tried again at the next look.
 */
export function openEmbeddingWorker(parts: EmbeddingWorkerParts): EmbeddingWorker {
  const { log } = parts;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  let isFailing = false;
  const schedule = (delayMs: number) => {
    clearTimeout(timer);
    if (isStopped) return;
    timer = setTimeout(() => {
      running = running.then(look);
    }, delayMs);
  };
  const look = async () => {
    let isFull = false;
    try {
      isFull = (await parts.leadership.hold()) && (await runRound(parts));
      if (isFailing) log.info("embedding of new movies goes on");
      isFailing = false;
    } catch (failure) {
      if (!isFailing && !isStopped) {
        log.warn({ reason: messageOf(failure) }, "new movies cannot be embedded; trying again");
      }
      isFailing = true;
    }
    schedule(isFull ? 0 : LOOK_EVERY_MS);
  };
  schedule(GATHER_MS);
  return {
    announce: () => schedule(GATHER_MS),
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

async function runRound({ database, round, metrics, log }: EmbeddingWorkerParts): Promise<boolean> {
  const { embedded, changed, isFull } = await round();
  metrics.embeddingBacklog(isFull ? embedded.length : 0);
  if (embedded.length > 0) {
    metrics.moviesEmbedded(embedded.length);
    log.info({ movies: embedded.length }, "embedded new movies");
  }
  const keys = new Set([...embedded, ...changed]);
  if (keys.size > 0) await notifyMovies(database.pool, keys);
  return isFull;
}
