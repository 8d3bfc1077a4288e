import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createTroubleRepository } from "@canarec/db-utils/watch/trouble-repository";
import { type Monitoring, startMonitoring } from "@canarec/monitoring/compose";
import { monitoringConfig } from "@canarec/monitoring/config";
import type { Job } from "@canarec/monitoring/jobs/job-table";
import { WATCH_LIMITS, type WatchLimits } from "@canarec/monitoring/watch/limits";
import { Resources } from "@canarec/service-kit/lifecycle";
import { request } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freshDatabase, sharedServers, temporaryFolder } from "../../servers.ts";
import { openTcpProxy } from "../inference/tcp-proxy.ts";
import {
  type FakeReplica,
  MISBEHAVIOURS,
  fakeReplica,
  well,
} from "../load-balancer/fake-replica.ts";
import {
  ask,
  balance,
  range,
  untilPopular,
  untilReplicas,
} from "../load-balancer/load-balancer-under-test.ts";
import { type World, openWorld } from "../stream-parser/harness.ts";
import { logLines, until } from "./log-lines.ts";
import { type SlackDouble, slackDouble } from "./slack-double.ts";

/** The true rules, with shorter times. */
const LIMITS: WatchLimits = {
  ...WATCH_LIMITS,
  availability: { ...WATCH_LIMITS.availability, windowMs: 3_000 },
  jobs: { marginMs: 0 },
  holds: Object.fromEntries(
    Object.keys(WATCH_LIMITS.holds).map((kind) => [kind, { beginMs: 400, endMs: 400 }]),
  ) as WatchLimits["holds"],
};

let opened: Resources;
let slack: SlackDouble;

beforeEach(async () => {
  opened = new Resources();
  slack = opened.use(await slackDouble());
});
afterEach(() => opened[Symbol.asyncDispose]());

function monitor(
  databaseUrl: string,
  env: Readonly<Record<string, string>>,
  jobs: readonly Job[] = [],
): Promise<Monitoring> {
  const config = monitoringConfig({
    ...{ DATABASE_URL: databaseUrl, PORT: "0", SLACK_WEBHOOK_URL: slack.url, ...env },
  });
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const canarec = join(folder.path, "nothing.mjs");
  writeFileSync(canarec, "");
  return startMonitoring({ ...config, canarec }, logLines().log, {
    jobs,
    watch: { everyMs: 100, limits: LIMITS },
  });
}

/** So many looks at everything from now on. */
async function looks(monitoring: Monitoring, count: number): Promise<void> {
  const soFar = async () => {
    const text = await (await request(`${monitoring.url}/metrics`)).body.text();
    const values = text.matchAll(/^canarec_watch_looks_total\{.*\} (\d+)$/gm);
    return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
  };
  const before = await soFar();
  await until(async () => (await soFar()) >= before + count);
}

const told = (begin: string) => slack.accepted.filter((text) => text.startsWith(begin)).length;

async function openBalancer(): Promise<{
  balancer: Awaited<ReturnType<typeof balance>>;
  replica: FakeReplica;
}> {
  const folder = temporaryFolder();
  opened.defer(() => folder[Symbol.dispose]());
  const replica = opened.use(await fakeReplica());
  const where = { home: folder.path, brokers: sharedServers().brokers, topic: "unread" };
  const balancer = await balance({ replicas: [replica.url], ...where });
  await untilReplicas(balancer, 1);
  await untilPopular(balancer);
  return { balancer, replica };
}

describe("troubles of the whole service", () => {
  it("are told when they begin and when they are over, once, also over a restart of whoever watches", async () => {
    const world: World = opened.use(await openWorld(1));
    const parser = await world.startParser();
    const port = new URL(parser.url).port;
    const { balancer, replica } = await openBalancer();
    opened.use(balancer);
    const env = { DATA_PLANE_URLS: balancer.adminUrl, STREAM_PARSER_URLS: parser.url };
    const first = await monitor(world.databaseUrl, env);
    await until(async () => (await request(`${parser.url}/readyz`)).statusCode === 200);
    await looks(first, 6);
    expect(slack.accepted).toEqual([]);

    await parser[Symbol.asyncDispose]();
    await until(() => told("The stream stands still: no stream parser answers\nUsers: all") === 1);
    await first[Symbol.asyncDispose]();
    const second = opened.use(await monitor(world.databaseUrl, env));
    await looks(second, 8);
    expect(slack.accepted).toHaveLength(1);
    await world.startParser({ PORT: port });
    await until(() => told("Over: The stream is written again") === 1);

    replica.behave(MISBEHAVIOURS["answers with status 500"] ?? well);
    await until(async () => {
      await ask(balancer.url, range(30), 4);
      return slack.accepted.length > 2;
    });
    expect(slack.accepted[2]).toMatch(/answers of the last 3 s were made by no replica/);
    replica.behave(well);
    await until(async () => {
      await ask(balancer.url, range(30), 4);
      return told("Over: Users get lists from replicas again") === 1;
    });

    await world.db.pool.query(
      `insert into releases (submitted_at, kind, ref, code, build, plan, plan_hash, actor, source)
       values (now(), 'trial', 'HEAD', repeat('a', 40), 'a', '{}', repeat('a', 64), 'me', 'cli')`,
    );
    await world.db.pool.query(
      `insert into replicas (name, release_id, runtime, state, started_at, stopped_at, detail)
       select 'r1-' || i, release_id, 'process', 'failed', now(), now(), '{"reason":"exited with 7"}'
       from releases, generate_series(1, 3) as i`,
    );
    await until(
      () => told("3 replicas ended within 10 minutes; the last: r1-1 exited with 7") === 1,
    );
    await looks(second, 5);
    expect(slack.accepted).toHaveLength(5);
    const rows = await createTroubleRepository(world.db).between(new Date(0), new Date());
    expect(rows.map(({ trouble, endedAt }) => [trouble, endedAt !== null])).toEqual([
      ["stream", true],
      ["availability", true],
      ["restarts", false],
    ]);
  });

  it("are told while Postgres is away, and are on record when it is back", async () => {
    const fresh = opened.use(await freshDatabase());
    const proxy = opened.use(await openTcpProxy(fresh.url));
    const { balancer } = await openBalancer();
    const monitoring = opened.use(await monitor(proxy.url, { DATA_PLANE_URLS: balancer.adminUrl }));
    await looks(monitoring, 2);
    const databaseUp = async () => {
      const text = await (await request(`${monitoring.url}/metrics`)).body.text();
      return Number(/^canarec_database_up\{.*\} (\d+)$/m.exec(text)?.[1]);
    };
    await until(async () => (await databaseUp()) === 1);
    proxy.cut();
    await until(async () => (await databaseUp()) === 0);
    await balancer[Symbol.asyncDispose]();
    await until(() => told("1 of 1 load balancers do not answer") === 1);
    proxy.mend();
    await until(async () => (await databaseUp()) === 1);
    const db: Database = opened.use(await openDatabase(fresh.url));
    const open = async () => await createTroubleRepository(db).open();
    await until(async () => (await open()).length === 1);
    expect((await open())[0]?.trouble).toBe("availability");
    await until(async () => {
      const { rows } = await db.pool.query("select from notices where sent_at is not null");
      return rows.length === 1;
    });
    await looks(monitoring, 5);
    expect(slack.accepted).toHaveLength(1);
  });

  it("are left to Alertmanager where that runs, but for a job that is late, and are on record all the same", async () => {
    const fresh = opened.use(await freshDatabase());
    const db = opened.use(await openDatabase(fresh.url));
    const holder = await db.pool.connect();
    await holder.query("select pg_advisory_lock(7226020, hashtext('held'))");
    const held: Job = {
      ...{ name: "held", schedule: "* * * * * *", command: [], limitMs: 3_000 },
      ...{ atStart: true, harm: "none at all" },
    };
    const nobody = "http://127.0.0.1:1";
    const env = {
      ...{ ALERTS_BY: "alertmanager", DATA_PLANE_URLS: nobody, STREAM_PARSER_URLS: nobody },
      PATH: process.env["PATH"] ?? "",
    };
    const monitoring = opened.use(await monitor(fresh.url, env, [held]));
    await until(() => told("Job held is late: it has not succeeded once since") === 1);
    expect(slack.accepted[0]).toContain("\nUsers: none at all\n");
    holder.release(true);
    await until(() => told("Over: Job held has succeeded again") > 0);
    await looks(monitoring, 3);
    expect(slack.accepted.filter((text) => !/^(Over: )?Job held/.test(text))).toEqual([]);
    // Of these the digest tells.
    await until(async () => {
      const rows = await createTroubleRepository(db).between(new Date(0), new Date());
      const recorded = rows.map(({ trouble }) => trouble);
      return ["availability", "stream", "job-late:held"].every((name) => recorded.includes(name));
    });
  });
});
