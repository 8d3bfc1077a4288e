import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { IncomingWebhook } from "@slack/webhook";
import type { RoutingSnapshot } from "../contract/routing-snapshot.ts";

const LIMIT_MS = 5_000;
const TRIES = 3;

/**
 * Tell the operators that the controller is gone: nobody else is left who could.
 *
 * @param webhookUrl absent: the log has it, and nobody else. A secret; it is never logged.
 */
export async function tellLeaseLost(
  { releaseId, version }: Pick<RoutingSnapshot, "releaseId" | "version">,
  webhookUrl: string | undefined,
  log: Logger,
): Promise<void> {
  if (webhookUrl === undefined) return;
  const text =
    `The control plane has not renewed nightly's lease: main serves all users of release ${releaseId ?? "none"} ` +
    `(routing ${version}).\ncanarec release status`;
  const webhook = new IncomingWebhook(webhookUrl, { timeout: LIMIT_MS });
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      await webhook.send({ text });
      return;
    } catch (failure) {
      log.warn({ reason: messageOf(failure), tries }, "Slack was not told of the lost lease");
    }
  }
}
