import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createJobRepository } from "@canarec/db-utils/jobs/repository";
import { startMonitoring } from "@canarec/monitoring/compose";
import { monitoringConfig } from "@canarec/monitoring/config";
import { JOBS, type Job, backupJob } from "@canarec/monitoring/jobs/job-table";
import { runCommand } from "@canarec/monitoring/jobs/run-command";
import { type JobRunner, createJobRunner } from "@canarec/monitoring/jobs/run-job";
import { createMonitoringMetrics } from "@canarec/monitoring/metrics";
import { createRegistry } from "@canarec/service-kit/metrics";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FreshDatabase,
  type TemporaryFolder,
  freshDatabase,
  temporaryFolder,
} from "../../servers.ts";
import { logLines, until } from "./log-lines.ts";
import { slackDouble } from "./slack-double.ts";

let database: FreshDatabase;
let db: Database;
let folder: TemporaryFolder;

beforeAll(async () => {
  database = await freshDatabase();
  db = await openDatabase(database.url);
  folder = temporaryFolder();
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const NEVER = "0 0 1 1 *";
const never = new AbortController().signal;

function job(name: string, change: Partial<Job> = {}): Job {
  return { name, schedule: NEVER, command: [], limitMs: 60_000, atStart: false, ...change };
}

/** A runner whose jobs run the given program text, and the notices it gave. */
function runner(
  program: string,
  on = db,
): JobRunner & { notices: string[]; change(p: string): void } {
  const notices: string[] = [];
  const file = join(folder.path, `${Math.random()}.mjs`);
  const change = (text: string) => writeFileSync(file, text);
  change(program);
  const made = createJobRunner({
    db: on,
    outbox: { tell: ({ text }) => void notices.push(text) },
    metrics: createMonitoringMetrics(createRegistry("test")),
    log: logLines().log,
    now: () => new Date(),
    execute: ({ command, limitMs }, stop) =>
      runCommand({ program: file, args: command, env: {}, limitMs }, stop),
  });
  return { ...made, notices, change };
}

const diaryOf = (name: string) => createJobRepository(db).list(name, 10);

describe("the scheduled jobs", () => {
  it("run as commands at the start, and at their times, and are on record", async () => {
    const config = monitoringConfig({
      DATABASE_URL: database.url,
      PORT: "0",
      PATH: process.env["PATH"],
      HOME: folder.path,
      LOG_LEVEL: "silent",
    });
    const jobs = JOBS.map((each) => ({ ...each, atStart: true }));
    await using monitoring = await startMonitoring(config, logLines().log, { jobs });
    for (const { name } of jobs) {
      await until(async () => (await diaryOf(name)).some((run) => run.state !== "running"));
      expect(await diaryOf(name), name).toMatchObject([{ state: "succeeded" }]);
    }
    const [retention] = await diaryOf("retention");
    const { partitionsMade } = retention?.detail as { partitionsMade: string[] };
    expect(partitionsMade).toContain(`watches_d${dayName(new Date())}`);
    const ready = await request(`${monitoring.url}/readyz`);
    expect(ready.statusCode).toBe(200);
    const metrics = await (await request(`${monitoring.url}/metrics`)).body.text();
    expect(metrics).toMatch(/canarec_job_runs_total\{job="retention",state="succeeded".*\} 1/);
  });

  it("back up, prove it, and tell how old the newest is", async () => {
    const config = monitoringConfig({
      DATABASE_URL: database.url,
      PORT: "0",
      PATH: process.env["PATH"],
      BACKUP_FOLDER: join(folder.path, "backups"),
    });
    const jobs = [{ ...backupJob(config.backups), atStart: true }];
    await using monitoring = await startMonitoring(config, logLines().log, { jobs });
    const metricsNow = async () => (await request(`${monitoring.url}/metrics`)).body.text();
    expect(await metricsNow()).not.toMatch(/^canarec_backup_verified_timestamp_seconds\{/m);
    await until(async () => (await diaryOf("backup")).some((run) => run.state !== "running"));
    const [run] = await diaryOf("backup");
    expect(run).toMatchObject({ state: "succeeded", detail: { removed: [], verified: {} } });
    const metrics = await metricsNow();
    const { createdAt } = run?.detail as { createdAt: string };
    const verified = /^canarec_backup_verified_timestamp_seconds\{.*\} (.*)$/m.exec(metrics)?.[1];
    expect(Number(verified)).toBe(Date.parse(createdAt) / 1_000);
    expect(metrics).toMatch(/^canarec_backups\{state="verified",.*\} 1$/m);
    expect(metrics).toMatch(/^canarec_backups\{state="unreadable",.*\} 0$/m);
  });

  it("run again and again", async () => {
    const config = monitoringConfig({ DATABASE_URL: database.url, PORT: "0" });
    const program = join(folder.path, "quick.mjs");
    writeFileSync(program, `console.log('{"done":true}')`);
    const quick = { ...config, canarec: program };
    const jobs = [job("each-second", { schedule: "* * * * * *" })];
    await using _monitoring = await startMonitoring(quick, logLines().log, { jobs });
    await until(async () => (await diaryOf("each-second")).length >= 3);
    expect(await diaryOf("each-second")).toContainEqual(
      expect.objectContaining({ state: "succeeded", detail: { done: true } }),
    );
  });

  it("have the run that they missed soon after the start, and once", async () => {
    const config = monitoringConfig({ DATABASE_URL: database.url, PORT: "0" });
    const program = join(folder.path, "made-up.mjs");
    writeFileSync(program, `console.log('{"done":true}')`);
    const twelveHoursOn = (new Date().getUTCHours() + 12) % 24;
    const daily = { schedule: `41 ${twelveHoursOn} * * *` };
    const jobs = [job("missed", daily), job("ran", daily)];
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    const diary = createJobRepository(db);
    for (const [name, hours] of [
      ["missed", 20],
      ["ran", 1],
    ] as const) {
      const key = await diary.begin(name, hoursAgo(hours));
      await diary.end(key, { state: "succeeded", finishedAt: hoursAgo(hours), detail: {} });
    }
    for (const sentinel of ["after-one", "after-two"]) {
      await using _monitoring = await startMonitoring(
        { ...config, canarec: program },
        logLines().log,
        { jobs: [...jobs, job(sentinel, daily)], makeUpAfterMs: 0 },
      );
      await until(async () => (await diaryOf(sentinel))[0]?.state === "succeeded");
    }
    expect(await diaryOf("missed")).toMatchObject([{ detail: { done: true } }, { detail: {} }]);
    expect(await diaryOf("ran")).toHaveLength(1);
  });

  it("tell of a failure through Slack, once, and that readiness is degraded", async () => {
    await using slack = await slackDouble();
    const config = monitoringConfig({
      DATABASE_URL: database.url,
      PORT: "0",
      SLACK_WEBHOOK_URL: slack.url,
    });
    const program = join(folder.path, "fails.mjs");
    writeFileSync(program, `console.error("no such table"); process.exit(3)`);
    const jobs = [job("fails", { schedule: "* * * * * *", command: ["db", "x", "--json"] })];
    const failing = { ...config, canarec: program };
    await using monitoring = await startMonitoring(failing, logLines().log, { jobs });
    await until(async () => (await diaryOf("fails")).length >= 3);
    await until(() => slack.accepted.length > 0);
    expect(slack.accepted).toEqual([
      expect.stringMatching(
        /^Job fails failed: no such table \(exit code 3\)\nUsers: none directly\nSince: .* UTC\nDone: it never succeeded; .*\nLook: npx canarec jobs fails$/,
      ),
    ]);
    const ready = await request(`${monitoring.url}/readyz`);
    expect(await ready.body.json()).toEqual({ ready: true, degraded: "failing jobs: fails" });
  });
});

describe("a run of a job", () => {
  it("tells of failures once, also over a restart, and then that it works again", async () => {
    const failing = "process.exit(1)";
    const first = runner(failing);
    for (let i = 0; i < 3; i += 1) expect(await first.run(job("flaky"), never)).toBe("failed");
    expect(first.notices).toHaveLength(1);
    const second = runner(failing);
    expect(await second.run(job("flaky"), never)).toBe("failed");
    expect(second.notices).toEqual([]);
    second.change("");
    expect(await second.run(job("flaky"), never)).toBe("succeeded");
    expect(second.notices).toEqual([
      expect.stringMatching(/^Job flaky works again\n[^]*it had failed since/),
    ]);
    const states = (await diaryOf("flaky")).map((run) => run.state);
    expect(states).toEqual(["succeeded", "failed", "failed", "failed", "failed"]);
  });

  it("is ended at its limit, with the processes it started", async () => {
    const pidFile = join(folder.path, "pid");
    const grandchild = `import { spawn } from "node:child_process";
      import { writeFileSync } from "node:fs";
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
      setInterval(() => {}, 1000);`;
    const hangs = runner(grandchild);
    expect(await hangs.run(job("hangs", { limitMs: 1_500 }), never)).toBe("failed");
    expect(await diaryOf("hangs")).toMatchObject([
      { state: "failed", detail: { reason: "ended after its limit of 1500 ms" } },
    ]);
    const pid = Number(readFileSync(pidFile, "utf8"));
    await until(() => !isRunning(pid));
  });

  it("is left to whoever runs it already", async () => {
    const slow = runner("setTimeout(() => {}, 1000)");
    const running = slow.run(job("shared"), never);
    await until(async () => (await diaryOf("shared")).length === 1);
    expect(await runner("").run(job("shared"), never)).toBe("skipped");
    expect(await running).toBe("succeeded");
    expect(await diaryOf("shared")).toHaveLength(1);
  });

  it("is no failure when it ends with its process", async () => {
    const stop = new AbortController();
    const stopped = runner("setInterval(() => {}, 1000)");
    const running = stopped.run(job("stopped"), stop.signal);
    await until(async () => (await diaryOf("stopped")).length === 1);
    stop.abort();
    expect(await running).toBe("interrupted");
    const again = runner("");
    expect(await again.run(job("stopped"), never)).toBe("succeeded");
    expect([...stopped.notices, ...again.notices]).toEqual([]);
  });

  it("puts an end to the record of one that was cut off", async () => {
    await createJobRepository(db).begin("cut-off", new Date(Date.now() - 60_000));
    const next = runner("");
    expect(await next.run(job("cut-off"), never)).toBe("succeeded");
    expect(next.notices).toEqual([]);
    expect(await diaryOf("cut-off")).toMatchObject([
      { state: "succeeded" },
      { state: "failed", detail: { reason: "cut off with its process" } },
    ]);
  });

  it("fails, and tells so, when the database is away", async () => {
    const other = await freshDatabase();
    await using away = await openDatabase(other.url);
    away.pool.on("error", () => undefined);
    await other[Symbol.asyncDispose]();
    const lost = runner("", away);
    expect(await lost.run(job("lost"), never)).toBe("failed");
    expect(await lost.run(job("lost"), never)).toBe("failed");
    expect(lost.notices).toHaveLength(1);
    expect(lost.notices[0]).not.toContain(new URL(database.url).password);
  });
});

function dayName(date: Date): string {
  return date.toISOString().slice(0, 10).replaceAll("-", "");
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
