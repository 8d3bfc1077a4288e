import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createNoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import { createMonitoringMetrics } from "@canarec/monitoring/metrics";
import { deliverNotices } from "@canarec/monitoring/slack/deliver-notices";
import { createSlackSender } from "@canarec/monitoring/slack/slack-sender";
import { createRegistry } from "@canarec/service-kit/metrics";
import { retryDelayMs } from "@canarec/service-kit/slack-retry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../servers.ts";
import { logLines, until } from "./log-lines.ts";
import {
  type SlackDouble,
  answerLost,
  broken,
  dying,
  gone,
  hanging,
  rateLimited,
  slackDouble,
} from "./slack-double.ts";

/** Longer than anybody keeps a notice for itself. */
const AFTER_LEASE_MS = 120_000;

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
function deliver(webhookUrl: string | undefined, aheadMs = 0) {
  const { log, lines } = logLines();
  const delivery = deliverNotices({
    notices: createNoticeRepository(database),
    send: webhookUrl === undefined ? undefined : createSlackSender(webhookUrl, 300),
    delayMs: (...why) => {
      const delay = retryDelayMs(...why);
      return delay === "give_up" ? delay : delay / 100;
    },
    ...{ now: () => new Date(Date.now() + aheadMs), random: Math.random },
    ...{ metrics: createMonitoringMetrics(createRegistry("test")), log },
  });
  return Object.assign(delivery, { lines });
}

async function write(...texts: readonly string[]): Promise<void> {
  const notices = createNoticeRepository(database);
  for (const text of texts) {
    await notices.write({ key: text, kind: "job", text }, { at: new Date() });
  }
}

async function unsent(): Promise<number> {
  return (await createNoticeRepository(database).waiting()).count;
}

describe("what is written for the operators", () => {
  it("is told once each, in order, also through refusals, errors, a dying endpoint and silence", async () => {
    slack.next(rateLimited, broken, dying, hanging, rateLimited);
    await write("first", "second", "first", "third");
    await using _one = deliver(slack.url);
    await using _two = deliver(slack.url);
    await until(async () => (await unsent()) === 0);
    expect(slack.accepted).toEqual(["first", "second", "third"]);
    expect(slack.requests()).toBe(8);
  });

  it("waits for whoever comes next when nobody could tell it", async () => {
    await write("while nobody was there");
    {
      slack.next(...Array.from({ length: 50 }, () => broken));
      await using _stopped = deliver(slack.url);
      await until(() => slack.requests() > 2);
    }
    expect(await unsent()).toBe(1);
    await using double = await slackDouble();
    await using _next = deliver(double.url, 10_000);
    await until(() => double.accepted.length === 1);
    expect(double.accepted).toEqual(["while nobody was there"]);
  });

  it("is told by the next where a process was killed in the middle of telling it", async () => {
    slack.next(hanging);
    await write("first", "second");
    const program = join(import.meta.dirname, "deliver-process.ts");
    const child = fork(program, [fresh.url, slack.url], { execArgv: ["--import", "tsx"] });
    await until(() => slack.requests() === 1);
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    expect([slack.accepted, await unsent()]).toEqual([[], 2]);
    await using _next = deliver(slack.url, AFTER_LEASE_MS);
    await until(async () => (await unsent()) === 0);
    expect(slack.accepted).toEqual(["first", "second"]);
  });

  it("is told twice only where Slack had it and its answer was lost", async () => {
    slack.next(answerLost);
    await write("first");
    await using _delivery = deliver(slack.url);
    await until(async () => (await unsent()) === 0);
    expect(slack.accepted).toEqual(["first", "first"]);
  });

  it("is text, whatever it holds", async () => {
    const text = "<!channel> a\0b & c";
    const at = new Date();
    await createNoticeRepository(database).write({ key: "1", kind: "job", text }, { at });
    await using _delivery = deliver(slack.url);
    await until(async () => (await unsent()) === 0);
    expect(slack.accepted).toEqual(["&lt;!channel&gt; ab &amp; c"]);
  });

  it.each([
    ["there is no address", undefined],
    ["Slack does not want it", gone],
  ] as const)("goes to the log where %s", async (_why, reaction) => {
    if (reaction !== undefined) slack.next(reaction);
    await write("for the log");
    await using delivery = deliver(reaction === undefined ? undefined : slack.url);
    await until(async () => (await unsent()) === 0);
    expect(delivery.lines.join()).toContain("for the log");
    expect(delivery.lines.join()).not.toContain("s3cret");
  });
});
