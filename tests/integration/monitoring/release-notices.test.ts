import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createNoticeRepository } from "@canarec/db-utils/releases/notice-repository";
import { createMonitoringMetrics } from "@canarec/monitoring/metrics";
import { deliverNotices } from "@canarec/monitoring/slack/deliver-notices";
import { retryDelayMs } from "@canarec/monitoring/slack/retry-delay";
import { createRegistry } from "@canarec/service-kit/metrics";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../servers.ts";
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
let fresh: FreshDatabase;
let database: Database;

beforeEach(async () => {
  slack = await slackDouble();
  fresh = await freshDatabase();
  database = await openDatabase(fresh.url);
});
afterEach(async () => {
  await database[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
  await slack[Symbol.asyncDispose]();
});

/** With the true rules, only a hundred times as fast. */
function deliver(webhookUrl: string | undefined = slack.url) {
  const { log, lines } = logLines();
  const delivery = deliverNotices({
    ...{ notices: createNoticeRepository(database), webhookUrl, timeoutMs: 300, log },
    delayMs: (...why) => {
      const delay = retryDelayMs(...why);
      return delay === "give_up" ? delay : delay / 100;
    },
    ...{ now: () => new Date(), random: Math.random },
    metrics: createMonitoringMetrics(createRegistry("test")),
  });
  return Object.assign(delivery, { lines });
}

async function write(...texts: readonly string[]): Promise<void> {
  for (const text of texts) {
    await database.pool.query(
      `insert into notices (notice_key, created_at, kind, text, send_after)
       values ($1, clock_timestamp(), 'promoted', $1, clock_timestamp()) on conflict do nothing`,
      [text],
    );
  }
}

async function unsent(): Promise<number> {
  const { rows } = await database.pool.query<{ count: number }>(
    "select count(*) from notices where sent_at is null",
  );
  return rows[0]?.count ?? NaN;
}

describe("what the control plane has to tell", () => {
  it("is told once each, in order, also through refusals, errors and silence", async () => {
    slack.next(rateLimited, broken, hanging);
    await write("first", "second", "first", "third");
    await using _one = deliver();
    await using _two = deliver();
    await until(async () => (await unsent()) === 0);
    expect([...slack.accepted].sort()).toEqual(["first", "second", "third"]);
    expect(slack.requests()).toBe(6);
  });

  it("waits for whoever comes next when nobody could tell it", async () => {
    await write("while nobody was there");
    {
      slack.next(...Array.from({ length: 50 }, () => broken));
      await using _stopped = deliver();
      await until(() => slack.requests() > 1);
    }
    expect(await unsent()).toBe(1);
    await using double = await slackDouble();
    await using _next = deliver(double.url);
    await until(() => double.accepted.length === 1);
    expect(double.accepted).toEqual(["while nobody was there"]);
  });

  it.each([
    ["there is no address", undefined],
    ["Slack does not want it", gone],
  ] as const)("goes to the log where %s", async (_why, reaction) => {
    if (reaction !== undefined) slack.next(reaction);
    await write("for the log");
    await using delivery = reaction === undefined ? deliverToLog() : deliver();
    await until(async () => (await unsent()) === 0);
    expect(delivery.lines.join()).toContain("for the log");
    expect(delivery.lines.join()).not.toContain("s3cret");
  });
});

function deliverToLog() {
  const { log, lines } = logLines();
  const delivery = deliverNotices({
    ...{ notices: createNoticeRepository(database), webhookUrl: undefined, timeoutMs: 300, log },
    ...{ now: () => new Date(), random: Math.random },
    metrics: createMonitoringMetrics(createRegistry("test")),
  });
  return Object.assign(delivery, { lines });
}
