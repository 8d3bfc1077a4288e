import { type Database, openDatabase } from "@canarec/db-utils/database";
import { type Notice, createNoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import { createMonitoringMetrics } from "@canarec/monitoring/metrics";
import { openOutbox } from "@canarec/monitoring/slack/open-outbox";
import { createSlackSender } from "@canarec/monitoring/slack/slack-sender";
import { createRegistry } from "@canarec/service-kit/metrics";
import { retryDelayMs } from "@canarec/service-kit/slack-retry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../servers.ts";
import { type TcpProxy, openTcpProxy } from "../inference/tcp-proxy.ts";
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
let proxy: TcpProxy;
let db: Database;

beforeEach(async () => {
  slack = await slackDouble();
  fresh = await freshDatabase();
  proxy = await openTcpProxy(fresh.url);
  db = await openDatabase(proxy.url, { connectTimeoutMs: 1_000 });
});
afterEach(async () => {
  await db[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
  await slack[Symbol.asyncDispose]();
});

const notice = (text: string): Notice => ({ key: text, kind: "job", text });

/** With the true rules, only a hundred times as fast. */
function outbox(webhookUrl: string | null = slack.url) {
  const { log, lines } = logLines();
  const opened = openOutbox({
    notices: createNoticeRepository(db),
    send: webhookUrl === null ? undefined : createSlackSender(webhookUrl, 300),
    delayMs: (...why) => {
      const delay = retryDelayMs(...why);
      return delay === "give_up" ? delay : delay / 100;
    },
    retryMs: 20,
    ...{ now: () => new Date(), random: Math.random },
    ...{ metrics: createMonitoringMetrics(createRegistry("test")), log },
  });
  return Object.assign(opened, { lines });
}

async function written(): Promise<readonly { text: string; sent: boolean }[]> {
  await using direct = await openDatabase(fresh.url);
  const { rows } = await direct.pool.query<{ text: string; sent: boolean }>(
    "select text, sent_at is not null as sent from notices order by created_at, notice_key",
  );
  return rows;
}

describe("the outbox", () => {
  it("writes what it is given, once a key, and leaves the sending to whoever reads the table", async () => {
    {
      await using opened = outbox();
      opened.tell(notice("first"));
      opened.tell(notice("second"));
      opened.tell(notice("first"));
    }
    expect(await written()).toEqual([
      { text: "first", sent: false },
      { text: "second", sent: false },
    ]);
    expect(slack.requests()).toBe(0);
  });

  it("tells by itself while Postgres is away, in order, once, and writes it down when that is back", async () => {
    slack.next(rateLimited, broken, hanging);
    proxy.cut();
    await using opened = outbox();
    opened.tell(notice("first"));
    opened.tell(notice("second"));
    await until(() => slack.accepted.length === 2);
    expect(slack.accepted).toEqual(["first", "second"]);
    expect(opened.lines.join()).toContain('"notice":"first"');
    proxy.mend();
    await until(async () => (await written()).length === 2);
    expect(await written()).toEqual([
      { text: "first", sent: true },
      { text: "second", sent: true },
    ]);
    expect(slack.requests()).toBe(5);
  });

  it("leaves what Slack did not take either to the table", async () => {
    slack.next(...Array.from({ length: 10_000 }, () => broken));
    proxy.cut();
    await using opened = outbox();
    opened.tell(notice("first"));
    await until(() => slack.requests() > 1);
    proxy.mend();
    await until(async () => (await written()).length === 1);
    expect(await written()).toEqual([{ text: "first", sent: false }]);
  });

  it("does not let one that Slack refuses for good keep back the next", async () => {
    slack.next(gone);
    proxy.cut();
    await using opened = outbox();
    opened.tell(notice("first"));
    opened.tell(notice("second"));
    await until(() => slack.accepted.length === 1);
    expect(slack.accepted).toEqual(["second"]);
  });

  it("has it in the log, once, where there is neither Postgres nor an address", async () => {
    proxy.cut();
    await using silent = outbox(null);
    silent.tell(notice("for the log"));
    await until(() => silent.lines.length > 0);
    proxy.mend();
    await until(async () => (await written()).length === 1);
    expect(await written()).toEqual([{ text: "for the log", sent: true }]);
    expect(silent.lines).toHaveLength(1);
  });

  it("keeps a hundred, and has all the others in the log", async () => {
    proxy.cut();
    slack.next(...Array.from({ length: 10_000 }, () => broken));
    const opened = outbox();
    for (let i = 0; i < 130; i += 1) opened.tell(notice(`notice ${String(i).padStart(3, "0")}.`));
    await opened[Symbol.asyncDispose]();
    for (let i = 0; i < 130; i += 1) {
      expect(opened.lines.join()).toContain(`notice ${String(i).padStart(3, "0")}.`);
    }
    expect(opened.lines.join()).not.toContain("s3cret");
  });
});
