import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { noticeText, percent } from "@canarec/service-kit/notice-text";
import {
  retryDelayMs,
  slackFailureOf,
  slackText,
  unlistedTimeout,
} from "@canarec/service-kit/slack-retry";
import { IncomingWebhook } from "@slack/webhook";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";

const LIMIT_MS = 5_000;

/** Over about a quarter of an hour; by then monitoring or a new controller has found out. */
const MOST_ATTEMPTS = 8;

/** What operators are told when nobody renewed nightly's lease. */
export function leaseLostText(
  {
    releaseId,
    version,
    nightlyWeight,
  }: Pick<RoutingSnapshot, "releaseId" | "version" | "nightlyWeight">,
  at: Date,
): string {
  return noticeText({
    what: `The control plane has not renewed nightly's lease (release ${releaseId ?? "none"}, routing ${version}): it is gone, or cut off`,
    users:
      nightlyWeight > 0
        ? `${percent(nightlyWeight)} of the users, who had nightly, get main again; nobody is without a list`
        : "none had nightly",
    since: at,
    done: "main serves all; the release is held when a control plane is back",
    look: "canarec release status",
  });
}

/**
 * Tell the operators that the controller is gone: nobody else is left who could, and the data plane has no
 * way to Postgres. Tried again with growing pauses, and as a rate limit asks, while this process lives.
 *
 * @param webhookUrl absent: the log has it, and nobody else. A secret; it is never logged.
 */
export async function tellLeaseLost(
  text: string,
  webhookUrl: string | undefined,
  log: Pick<Logger, "warn">,
): Promise<void> {
  if (webhookUrl === undefined) return;
  const webhook = new IncomingWebhook(webhookUrl, unlistedTimeout(LIMIT_MS));
  for (let attempts = 1; ; attempts += 1) {
    try {
      await webhook.send({ text: slackText(text) });
      return;
    } catch (failure) {
      log.warn({ reason: messageOf(failure), attempts }, "Slack was not told of the lost lease");
      const tried = { ...slackFailureOf(failure), attempts, mostAttempts: MOST_ATTEMPTS };
      const delayMs = retryDelayMs(tried, Math.random);
      if (delayMs === "give_up") return;
      await sleep(delayMs, undefined, { ref: false });
    }
  }
}
