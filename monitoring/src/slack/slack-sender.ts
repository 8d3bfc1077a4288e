import {
  type NoticeFailure,
  slackFailureOf,
  slackText,
  unlistedTimeout,
} from "@canarec/service-kit/slack-retry";
import { IncomingWebhook } from "@slack/webhook";

/** Sends a message to Slack once. Never rejects. @returns why it did not arrive; undefined if it did. */
export type SlackSender = (text: string) => Promise<NoticeFailure | undefined>;

/** Tries of one message: over about a day. Longer outages are Slack's news, not ours. */
export const MOST_ATTEMPTS = 720;

/** @param webhookUrl a secret; it is in no message and no error. */
export function createSlackSender(webhookUrl: string, timeoutMs: number): SlackSender {
  const webhook = new IncomingWebhook(webhookUrl, unlistedTimeout(timeoutMs));
  return async (text) => {
    try {
      await webhook.send({ text: slackText(text) });
      return undefined;
    } catch (error) {
      return slackFailureOf(error);
    }
  };
}
