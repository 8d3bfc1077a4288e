import { createMonitoringMetrics } from "@canarec/monitoring/metrics";
import { type Notifier, openNotifier } from "@canarec/monitoring/slack/open-notifier";
import { retryDelayMs } from "@canarec/monitoring/slack/retry-delay";
import { createRegistry } from "@canarec/service-kit/metrics";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { logLines, until } from "./log-lines.ts";
import {
  type SlackDouble,
  broken,
  gone,
  hanging,
  rateLimited,
  slackDouble,
} from "./slack-double.ts";

let slack: SlackDouble;

beforeEach(async () => {
  slack = await slackDouble();
});
afterEach(async () => {
  await slack[Symbol.asyncDispose]();
});

/** A notifier with the true rules, only a hundred times as fast. */
function notifier(webhookUrl: string | undefined): Notifier & { readonly lines: string[] } {
  const { log, lines } = logLines();
  const opened = openNotifier({
    webhookUrl,
    timeoutMs: 300,
    flushMs: 200,
    delayMs: (...why) => {
      const delay = retryDelayMs(...why);
      return delay === "give_up" ? delay : delay / 100;
    },
    random: Math.random,
    metrics: createMonitoringMetrics(createRegistry("test")),
    log,
  });
  return Object.assign(opened, { lines });
}

describe("a notice", () => {
  it.each([
    ["at once", []],
    ["after a rate limit", [rateLimited, rateLimited]],
    ["after errors", [broken, broken, broken]],
    ["after silence", [hanging]],
    ["after all of that", [broken, rateLimited, hanging]],
  ])("is told once, in order, %s", async (_when, reactions) => {
    slack.next(...reactions);
    await using opened = notifier(slack.url);
    opened.notify("first");
    opened.notify("second");
    await until(() => slack.accepted.length === 2);
    expect(slack.accepted).toEqual(["first", "second"]);
    expect(slack.requests()).toBe(2 + reactions.length);
    expect(opened.lines).toEqual([]);
  });

  it("goes to the log when Slack refuses it for good, and the next one is told", async () => {
    slack.next(gone);
    await using opened = notifier(slack.url);
    opened.notify("first");
    opened.notify("second");
    await until(() => slack.accepted.length === 1);
    expect(slack.accepted).toEqual(["second"]);
    expect(opened.lines).toHaveLength(1);
    expect(opened.lines[0]).toContain('"notice":"first"');
  });

  it("goes to the log after eight attempts", async () => {
    slack.next(...Array.from({ length: 8 }, () => broken));
    await using opened = notifier(slack.url);
    opened.notify("first");
    await until(() => opened.lines.length === 1);
    expect(slack.requests()).toBe(8);
  });

  it("goes to the log without an address", async () => {
    await using opened = notifier(undefined);
    opened.notify("first");
    expect(opened.lines[0]).toContain('"notice":"first"');
    expect(slack.requests()).toBe(0);
  });

  it("goes to the log when the end comes first", async () => {
    slack.next(...Array.from({ length: 8 }, () => hanging));
    const opened = notifier(slack.url);
    opened.notify("first");
    await opened[Symbol.asyncDispose]();
    expect(opened.lines.join()).toContain('"notice":"first"');
  });

  it("never takes the secret address into the log", async () => {
    const address = slack.url;
    await slack[Symbol.asyncDispose]();
    await using opened = notifier(address);
    opened.notify("first");
    await until(() => opened.lines.length === 1);
    expect(opened.lines.join()).not.toContain("s3cret");
  });
});
