import { setTimeout as sleep } from "node:timers/promises";
import type { NoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { retryDelayMs } from "@canarec/service-kit/slack-retry";
import type { MonitoringMetrics } from "../metrics.ts";
import { MOST_ATTEMPTS, type SlackSender } from "./slack-sender.ts";

/** How often to look for new ones. */
const LOOK_MS = 1_000;

/** Longer than any try may take: then somebody else may. */
const LEASE_MS = 60_000;

export interface DeliveryOptions {
  readonly notices: NoticeRepository;
  /** Absent: they go to the log. */
  readonly send: SlackSender | undefined;
  readonly delayMs?: typeof retryDelayMs;
  readonly now: () => Date;
  readonly random: () => number;
  readonly metrics: MonitoringMetrics;
  readonly log: Logger;
}

/**
 * Tell what is written in the table of notices, in order, each until Slack has it or will not take it. The
 * table is the queue: an outage, a restart or a second monitoring loses none, and sends none twice but for
 * one whose acceptance was lost on the way.
 */
export function deliverNotices(options: DeliveryOptions): AsyncDisposable {
  const stop = new AbortController();
  const running = (async () => {
    while (!stop.signal.aborted) {
      const wasOne = await deliverOne(options).catch((failure: unknown) => {
        options.log.debug({ reason: messageOf(failure) }, "notices cannot be read"); // Postgres is away
        return false;
      });
      if (!wasOne) await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

/** @returns whether one was due. */
async function deliverOne(options: DeliveryOptions): Promise<boolean> {
  const { notices, send, now, random, metrics, log, delayMs = retryDelayMs } = options;
  const notice = await notices.claim(now(), LEASE_MS);
  if (notice === undefined) return false;
  const toLog = async (why: string) => {
    metrics.noticeLogged();
    log.warn({ notice: notice.text, why }, "notice");
    await notices.sent(notice.key, now());
  };
  if (send === undefined) {
    await toLog("no SLACK_WEBHOOK_URL");
    return true;
  }
  const failure = await send(notice.text);
  if (failure === undefined) {
    metrics.noticeSent();
    await notices.sent(notice.key, now());
    return true;
  }
  metrics.noticeFailed();
  const tried = { ...failure, attempts: notice.attempts, mostAttempts: MOST_ATTEMPTS };
  const wait = delayMs(tried, random);
  if (wait === "give_up") await toLog("Slack did not take it");
  else await notices.postpone(notice.key, new Date(now().getTime() + wait));
  return true;
}
