import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@canarec/service-kit/logging";
import { IncomingWebhook } from "@slack/webhook";
import { z } from "zod";
import type { MonitoringMetrics } from "../metrics.ts";
import { type NoticeFailure, retryDelayMs } from "./retry-delay.ts";

/** Tells people something, once, in a line that is read in ten seconds. */
export interface Notifier extends AsyncDisposable {
  /** Never waits and never throws: what cannot be told goes to the log. */
  notify(text: string): void;
}

export interface NotifierOptions {
  /** Absent: everything goes to the log. A secret; it is never logged. */
  readonly webhookUrl: string | undefined;
  readonly timeoutMs: number;
  /** Of what is queued, so much may still be told after the end is asked for. */
  readonly flushMs: number;
  readonly delayMs?: typeof retryDelayMs;
  readonly random: () => number;
  readonly metrics: MonitoringMetrics;
  readonly log: Logger;
}

/** Notices that wait for Slack; older ones than these go to the log. */
const QUEUE_LIMIT = 100;

/**
 * A notifier over a Slack webhook. Notices are sent one after the other, each until it is accepted
 * or hopeless. One whose answer was lost on the way is sent again: Slack cannot tell the copy.
 */
export function openNotifier(options: NotifierOptions): Notifier {
  const { webhookUrl, log, metrics } = options;
  const toLog = (text: string, why: string) => {
    metrics.noticeLogged();
    log.warn({ notice: text, why }, "notice");
  };
  if (webhookUrl === undefined) {
    return {
      notify: (text) => toLog(text, "no SLACK_WEBHOOK_URL"),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  const webhook = new IncomingWebhook(webhookUrl, { timeout: options.timeoutMs });
  const queue: string[] = [];
  const stop = new AbortController();
  let working: Promise<void> | undefined;

  const work = async () => {
    for (let text = queue[0]; text !== undefined; text = queue[0]) {
      const sent = await sendUntil(webhook, text, options, stop.signal);
      if (sent) metrics.noticeSent();
      else toLog(text, "Slack did not take it");
      queue.shift();
    }
    working = undefined;
  };
  return {
    notify(text) {
      if (queue.length >= QUEUE_LIMIT) {
        toLog(text, "too many notices wait for Slack");
        return;
      }
      queue.push(text);
      working ??= work();
    },
    async [Symbol.asyncDispose]() {
      const limit = setTimeout(() => stop.abort(), options.flushMs);
      await working;
      clearTimeout(limit);
    },
  };
}

async function sendUntil(
  webhook: IncomingWebhook,
  text: string,
  { delayMs = retryDelayMs, random, metrics }: NotifierOptions,
  stop: AbortSignal,
): Promise<boolean> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      await webhook.send({ text });
      return true;
    } catch (error) {
      metrics.noticeFailed();
      const delay = delayMs(failureOf(error), attempts, random);
      if (delay === "give_up" || stop.aborted) return false;
      await sleep(delay, undefined, { signal: stop }).catch(() => undefined);
    }
  }
}

/** What the client's error carries of the answer. */
const WithResponse = z.object({
  original: z.object({
    response: z.object({
      status: z.number(),
      headers: z.object({ "retry-after": z.coerce.number().nonnegative().optional() }),
    }),
  }),
});

/** What an error of the Slack client tells. */
export function failureOf(error: unknown): NoticeFailure {
  const response = WithResponse.safeParse(error).data?.original.response;
  return { status: response?.status, retryAfterSeconds: response?.headers["retry-after"] };
}
