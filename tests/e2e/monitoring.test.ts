import { canListProcesses, processesOf } from "../processes.ts";
import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ClusterFile, readClusterFile } from "@canarec/local-cluster/cluster-file";
import { readStates } from "@canarec/load-balancer/runtimes/process/replica-files";
import { isLive } from "@canarec/load-balancer/runtimes/process/replica-process";
import { isAlive } from "@canarec/local-cluster/file-lock";
import { startKafka } from "@canarec/local-cluster/kafka";
import { freePort } from "@canarec/local-cluster/port";
import { Resources } from "@canarec/service-kit/lifecycle";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AlertReceiver, alertReceiver } from "../alert-receiver.ts";
import { dashboardQueries } from "../dashboards.ts";
import { canarecJson } from "../integration/cli/canarec.ts";
import { programsOrNot } from "../monitoring-programs.ts";
import { type TemporaryFolder, temporaryFolder } from "../servers.ts";
import { staleReplica } from "../stale-replica.ts";
import { type ClusterProcess, eventually, npmStart } from "./cluster-process.ts";
import { queried, scrapedTargets } from "./prometheus-api.ts";
import { releaseStatus } from "./release-status.ts";

import { writeSmallCatalog } from "./small-catalog.ts";
import { enterReplica, insertAngryDay } from "./spoil-data.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const { programs, why } = await programsOrNot();
/** An hour is three minutes. */
const PACE = "20";
const METRICS_TOKEN = "of-the-metrics";
/** As many each time; about as many a second as are not damaged. */
const DAMAGED_LINES = 30;
const DAMAGE_PAUSE_MS = 500;
const DATA_LIMIT_MS = 240_000;

const opened = new Resources();
let folder: TemporaryFolder;
let home = "";
let repository = "";
let slack: AlertReceiver;
let kafka: Awaited<ReturnType<typeof startKafka>>;
let cluster: ClusterProcess;
let file: ClusterFile;
let prometheus = "";
/** When data and lists were spoilt: what is told of them comes while others are tested. */
let spoiltMs = 0;
let stale: AsyncDisposable;

const ownKafka = (port?: number) =>
  startKafka({ home: join(folder.path, "own"), cacheDir: process.env["CANAREC_CACHE"], port });

beforeAll(async () => {
  if (programs === undefined) return;
  folder = temporaryFolder();
  home = join(folder.path, "home");
  repository = join(folder.path, "repository");
  execFileSync("git", ["clone", "--quiet", "--shared", ROOT, repository]);
  symlinkSync(join(ROOT, "node_modules"), join(repository, "node_modules"));
  slack = opened.use(await alertReceiver());
  kafka = await ownKafka();
  const options = ["--port", String(await freePort()), "--catalog", writeSmallCatalog(folder.path)];
  const token = join(folder.path, "metrics-token");
  writeFileSync(token, METRICS_TOKEN);
  cluster = npmStart(home, [...options, "--rate", "60", "--with-monitoring"], {
    RELEASE_REPOSITORY: repository,
    METRICS_TOKEN_FILE: token,
    ...{
      KAFKA_BROKERS: kafka.url,
      SLACK_WEBHOOK_URL: slack.url,
      ALERT_PACE: PACE,
      FRESHNESS_SECONDS: "3",
    },
  });
  file = await cluster.ready();
  prometheus = file.services["prometheus"]?.url ?? "";
  stale = await spoil();
});
afterAll(async () => {
  if (programs === undefined) return;
  const running = readClusterFile(home);
  if (running !== undefined && isAlive(running.pid)) process.kill(running.pid, "SIGKILL");
  await kafka.stop();
  await eventually(() => !canListProcesses() || processesOf(folder.path).length === 0);
  await opened[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

describe("npm start --with-monitoring", () => {
  beforeEach(({ skip }) => skip(why !== undefined, why));

  it("has Prometheus ask every service, with the token that they want, and both replicas of main, and names both servers", async () => {
    const { services } = file;
    for (const name of ["prometheus", "alertmanager"]) {
      expect(services[name]?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(cluster.output()).toContain(services[name]?.url);
    }
    const expected = [
      ...["alertmanager", "control-plane", "inference main", "inference main", "load-balancer"],
      ...["monitoring", "prometheus", "simulator", "stream-parser"],
    ];
    const asked = await eventually(async () => {
      const targets = await scrapedTargets(prometheus);
      const up = targets.filter(({ isUp }) => isUp);
      return up.length === targets.length && up.length === expected.length ? up : undefined;
    });
    const names = asked.map(({ job, track }) => (track === undefined ? job : `${job} ${track}`));
    expect(names.toSorted()).toEqual(expected);
  });

  it("has data for every query of the dashboards", async () => {
    let silent = dashboardQueries("1m");
    const endMs = Date.now() + DATA_LIMIT_MS; // to say which, before the test's own limit ends it
    while (silent.length > 0 && Date.now() < endMs) {
      await sleep(1_000);
      const answers = await Promise.all(
        silent.map(async (one) => ((await queried(prometheus, one.expr)).length > 0 ? [] : [one])),
      );
      silent = answers.flat();
    }
    expect(silent).toEqual([]);
  });

  it("tells of damaged lines, replicas that ended or are stale, data unlike before and a nightly taken back", async () => {
    const stories = [damagedStory(), replicaStory(), nightlyStory(), staleStory()];
    await Promise.all(stories);
    await told("For your information: DataDrift", spoiltMs);
  });

  it("tells of a Kafka that is stopped, once and with nothing that follows from it, and when it is back", async () => {
    const stoppedMs = Date.now();
    const { port } = kafka;
    await kafka.stop();
    const message = await told("Act now: KafkaUnreachable", stoppedMs);
    expect(message.text).toContain("recommendations go on");
    const list = await fetch(`${file.publicUrl}/recommend/42`);
    expect((await list.text()).split(",")).toHaveLength(20);
    const backMs = Date.now();
    kafka = await ownKafka(port);
    await told("Resolved: KafkaUnreachable", backMs);
    const between = slack.messages.filter(({ atMs }) => atMs >= stoppedMs);
    const pages = between.filter(({ title }) => title.startsWith("Act now"));
    expect(pages.map(({ title }) => title)).toEqual(["Act now: KafkaUnreachable"]);
  });
});

/** Ratings of yesterday unlike those before, and a replica whose lists know nothing. */
async function spoil(): Promise<AsyncDisposable> {
  await insertAngryDay(file.postgresUrl);
  spoiltMs = Date.now();
  // It looks at the data when it starts, and then every 15 minutes.
  const before = pidOf("monitoring");
  process.kill(before, "SIGKILL");
  await eventually(() => pidOf("monitoring") !== before && isAlive(pidOf("monitoring")));
  const { url = "" } = file.services["monitoring"] ?? {};
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  await eventually(async () => {
    const asked = await fetch(`${url}/metrics`, { headers }).catch(() => undefined);
    return (await asked?.text())?.includes("\ncanarec_freshness_last_seconds{");
  });
  const replica = opened.use(await staleReplica());
  return enterReplica(file.postgresUrl, replica.url);
}

function pidOf(name: string): number {
  return readClusterFile(home)?.services[name]?.pid ?? 0;
}

/** Wait for a message, and say how long it took. */
async function told(title: string, sinceMs: number) {
  const message = await eventually(() => slack.find(title, sinceMs));
  const seconds = ((message.atMs - sinceMs) / 1_000).toFixed(1);
  process.stdout.write(`alerts: at a pace of ${PACE}, "${title}" came after ${seconds} s\n`);
  return message;
}

async function damagedStory(): Promise<void> {
  const sentMs = Date.now();
  {
    await using _damage = await damagedLines();
    await told("For your information: RejectionShareHigh", sentMs);
  }
  await told("Resolved: RejectionShareHigh", Date.now());
}

async function replicaStory(): Promise<void> {
  const [killed] = readStates(home).filter(isLive);
  const killedMs = Date.now();
  process.kill(killed?.pid ?? 0, "SIGKILL");
  await told("For your information: ReplicaRestarted", killedMs);
  await told("Resolved: ReplicaRestarted", killedMs);
}

async function staleStory(): Promise<void> {
  await told("Act now: FreshnessLost", spoiltMs);
  const mendedMs = Date.now();
  await stale[Symbol.asyncDispose]();
  await told("Resolved: FreshnessLost", mendedMs);
}

/** A release that ends soon after it was ready. */
async function nightlyStory(): Promise<void> {
  const main = join(repository, "inference/src/main.ts");
  writeFileSync(main, readFileSync(main, "utf8").replace("await runService", CRASH));
  const author = ["-c", "user.name=a", "-c", "user.email=a@localhost"];
  execFileSync("git", ["-C", repository, ...author, "commit", "-qam", "it crashes"]);
  const release = ["release", "submit", "--ref", "HEAD", "--plan", "quick", "--home", home];
  const { releaseId } = (await canarecJson(release)) as { releaseId: number };
  const endedMs = await eventually(async () => {
    const { transitions } = await releaseStatus(home, releaseId);
    const back = transitions.find(({ toState }) => toState === "rolling-back");
    return back === undefined ? undefined : Date.parse(back.at);
  });
  await told("For your information: NightlyTakenBack", endedMs);
  await told("Resolved: NightlyTakenBack", endedMs);
}

/** What fills the table of rejections, until disposed. */
async function damagedLines(): Promise<AsyncDisposable> {
  const client = new Kafka({ brokers: [file.kafkaBrokers], logLevel: logLevel.NOTHING });
  const producer = client.producer();
  await producer.connect();
  const stop = new AbortController();
  const sending = (async () => {
    while (!stop.signal.aborted) {
      const messages = Array.from({ length: DAMAGED_LINES }, (_, n) => ({ value: `damaged ${n}` }));
      await producer.send({ topic: file.streamTopic, messages });
      await sleep(DAMAGE_PAUSE_MS);
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await sending;
      await producer.disconnect();
    },
  };
}

const CRASH = `setTimeout(() => process.exit(3), 12_000);
await runService`;
