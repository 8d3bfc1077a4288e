import { setTimeout as sleep } from "node:timers/promises";
import type { Notice, NoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import type { Logger } from "@canarec/service-kit/logging";
import { retryDelayMs } from "@canarec/service-kit/slack-retry";
import type { MonitoringMetrics } from "../metrics.ts";
import { MOST_ATTEMPTS, type SlackSender } from "./slack-sender.ts";

/** Takes what people are to be told, once an event. */
export interface Outbox extends AsyncDisposable {
  /** Never waits and never throws. The same key is told once. */
  tell(notice: Notice): void;
}

export interface OutboxOptions {
  readonly notices: Pick<NoticeRepository, "write">;
  /** Absent: what cannot be written goes to the log alone. */
  readonly send: SlackSender | undefined;
  readonly delayMs?: typeof retryDelayMs;
  /** Between two tries to write. Default 2 s. */
  readonly retryMs?: number;
  readonly now: () => Date;
  readonly random: () => number;
  readonly metrics: MonitoringMetrics;
  readonly log: Logger;
}

/** In memory while Postgres is away; the oldest go, and are in the log. */
const QUEUE_LIMIT = 100;
const RETRY_MS = 2_000;

interface Waiting {
  readonly notice: Notice;
  readonly at: Date;
  sentAt: Date | undefined;
  attempts: number;
  dueMs: number;
  isLogged: boolean;
  isHopeless: boolean;
}

/**
 * Writes notices into the table, which is where they are sent from. While Postgres is away they go to the log,
 * wait in memory, and are sent from there: that Postgres is away may be what they tell. Written when it is
 * back, as sent where they were.
 */
export function openOutbox(options: OutboxOptions): Outbox {
  const queue: Waiting[] = [];
  const stop = new AbortController();
  let working: Promise<void> | undefined;
  const toLog = (one: Waiting, why: string) => {
    logOnce(one, why, options);
  };
  const writeAll = async () => {
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      await options.notices.write(first.notice, { at: first.at, sentAt: first.sentAt });
      if (queue[0] === first) queue.shift();
    }
  };
  const work = async () => {
    while (queue.length > 0) {
      try {
        await writeAll();
      } catch {
        for (const one of queue) toLog(one, "Postgres does not take it");
        if (stop.signal.aborted) break;
        await sendWaiting(queue, options);
        const rest = sleep(options.retryMs ?? RETRY_MS, undefined, { signal: stop.signal });
        await rest.catch(() => undefined);
      }
    }
    working = undefined;
  };
  return {
    tell(notice) {
      if (queue.some((one) => one.notice.key === notice.key)) return;
      const fresh = {
        sentAt: undefined,
        attempts: 0,
        dueMs: 0,
        isLogged: false,
        isHopeless: false,
      };
      queue.push({ notice, at: options.now(), ...fresh });
      if (queue.length > QUEUE_LIMIT) {
        const oldest = queue.shift();
        if (oldest !== undefined) toLog(oldest, "too many notices wait for Postgres");
      }
      working ??= work();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await working;
    },
  };
}

function logOnce(one: Waiting, why: string, { send, metrics, log, now }: OutboxOptions): void {
  if (one.isLogged) return;
  one.isLogged = true;
  if (send === undefined) one.sentAt = now(); // the log is all there is
  metrics.noticeLogged();
  log.warn({ notice: one.notice.text, why }, "notice");
}

/** What has not been sent yet, in order, up to the first that Slack does not take now. */
async function sendWaiting(
  queue: readonly Waiting[],
  { send, delayMs = retryDelayMs, now, random, metrics }: OutboxOptions,
): Promise<void> {
  if (send === undefined) return;
  for (const one of [...queue]) {
    if (one.sentAt !== undefined || one.isHopeless) continue;
    if (one.dueMs > now().getTime()) return;
    const failure = await send(one.notice.text);
    if (failure === undefined) {
      metrics.noticeSent();
      one.sentAt = now();
      continue;
    }
    metrics.noticeFailed();
    one.attempts += 1;
    const wait = delayMs(
      { ...failure, attempts: one.attempts, mostAttempts: MOST_ATTEMPTS },
      random,
    );
    one.isHopeless = wait === "give_up";
    if (wait === "give_up") continue;
    one.dueMs = now().getTime() + wait;
    return;
  }
}
