import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@canarec/db-utils/database";
import { firstMovieId } from "@canarec/db-utils/movies/first-movie-id";
import { PROBE_USER_ID } from "@canarec/db-utils/users/probe-user";
import { readyReplicas } from "@canarec/db-utils/watch/watched-rows";
import { messageOf } from "@canarec/service-kit/errors";
import { type Logger, withoutPasswords } from "@canarec/service-kit/logging";
import { formatLine } from "@canarec/stream-parser/contract/format-line";
import type { Zone } from "@canarec/stream-parser/contract/zone";
import { askLastEvent } from "./ask-last-event.ts";
import { type LastEvent, servability } from "./last-event.ts";
import type { FreshnessMetrics } from "./metrics.ts";
import type { StreamSender } from "./stream-sender.ts";

/** Between two questions whether the event is servable: what the figure is exact to. */
const ASK_MS = 250;
/** The same when it has taken so long that replicas have enough to do: after LATE_MS. */
const ASK_LATE_MS = 1_000;
const LATE_MS = 10_000;
/** A line that Kafka took may be lost with its disk: without another one it would be waited for for ever. */
const SEND_AGAIN_MS = 30_000;

export interface ProbeOptions {
  readonly db: Pick<Database, "pool">;
  readonly sender: StreamSender;
  /** In which the stream's lines give their time. */
  readonly zone: Zone;
  readonly everyMs: number;
  readonly metrics: FreshnessMetrics;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * Again and again, let the probe user watch the first minute of a movie by a line on the platform's stream, and measure
 * until every ready replica makes its list of it. One event is under way at a time.
 */
export function startProbe(options: ProbeOptions): AsyncDisposable {
  const { everyMs, log } = options;
  const stop = new AbortController();
  let isFailing = false;
  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        await probeOnce(options, stop.signal);
        isFailing = false;
      } catch (failure) {
        const reason = withoutPasswords(messageOf(failure));
        if (!isFailing) log.warn({ reason }, "freshness cannot be measured");
        isFailing = true;
      }
      await pause(everyMs, stop.signal);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** Nothing is measured where there is no movie, or no replica that tells. */
async function probeOnce(options: ProbeOptions, stop: AbortSignal): Promise<void> {
  const { db, zone, metrics, nowMs } = options;
  const movieId = await firstMovieId(db.pool);
  // From then on they have the user in memory, as they have whoever uses the platform.
  const answers = await askAll(await readyReplicas(db.pool), new Map());
  if (movieId === undefined || ![...answers.values()].some(({ kind }) => kind === "told")) return;
  const atMs = nowMs();
  // In an hour that occurs twice, when clocks are put back, a line's time says too little.
  if (zone.toEpochMs(zone.toLocalMs(atMs)) !== atMs) return;
  const send = (atMs: number) =>
    options.sender.send(
      formatLine({ kind: "watch", atMs, userId: PROBE_USER_ID, movieId, minute: 0 }, { zone }),
    );
  try {
    await send(atMs);
  } catch (failure) {
    metrics.ended("not_sent");
    throw failure;
  }
  metrics.began(atMs);
  const end = await untilServed(options, { atMs, send }, stop);
  if (end === "servable") metrics.ended(end, (nowMs() - atMs) / 1_000);
  else if (end === "unknown") metrics.ended(end);
}

interface UnderWay {
  readonly atMs: number;
  /** Puts another line like it on the stream. */
  readonly send: (atMs: number) => Promise<void>;
}

/** Replicas that come meanwhile are asked too, those that go are not. */
async function untilServed(
  { db, nowMs, log }: ProbeOptions,
  event: UnderWay,
  stop: AbortSignal,
): Promise<"servable" | "unknown" | "stopped"> {
  let answers: ReadonlyMap<string, LastEvent> = new Map();
  let replicas: ReadonlyMap<string, string> = new Map();
  let sentMs = event.atMs;
  while (!stop.aborted) {
    replicas = await readyReplicas(db.pool).catch(() => replicas);
    answers = await askAll(replicas, answers, event.atMs);
    const stand = servability([...answers.values()], event.atMs);
    if (stand !== "waits") return stand;
    const now = nowMs();
    if (now - sentMs >= SEND_AGAIN_MS) {
      if (sentMs === event.atMs)
        log.warn({ atMs: event.atMs }, "the probe's event is not servable");
      await event.send(now).catch(() => undefined);
      sentMs = now;
    }
    await pause(now - event.atMs < LATE_MS ? ASK_MS : ASK_LATE_MS, stop);
  }
  return "stopped";
}

/** Answers by name of replica; one that had the event is not asked again. */
async function askAll(
  replicas: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, LastEvent>,
  eventMs = Infinity,
): Promise<ReadonlyMap<string, LastEvent>> {
  const answers = [...replicas].map(async ([name, url]) => {
    const known = before.get(name);
    const hasIt = known?.kind === "told" && known.atMs >= eventMs;
    return [name, hasIt ? known : await askLastEvent(url)] as const;
  });
  return new Map(await Promise.all(answers));
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
