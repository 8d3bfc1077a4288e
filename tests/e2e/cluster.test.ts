import { canListProcesses, processesOf } from "../processes.ts";
import { statSync } from "node:fs";
import { join } from "node:path";
import { clusterFilePath, readClusterFile } from "@canarec/local-cluster/cluster-file";
import { readStates } from "@canarec/load-balancer/runtimes/process/replica-files";
import { isLive } from "@canarec/load-balancer/runtimes/process/replica-process";
import { isAlive } from "@canarec/local-cluster/file-lock";
import { rotateLogs } from "@canarec/local-cluster/log-file";
import { freePort } from "@canarec/local-cluster/port";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWrong, steadyLoad } from "../integration/load-balancer/steady-load.ts";
import { type TemporaryFolder, temporaryFolder } from "../servers.ts";
import { type ClusterProcess, eventually, npmStart } from "./cluster-process.ts";
import { listeningOf } from "./listening.ts";
import { SMALL_CATALOG_MOVIES, writeSmallCatalog } from "./small-catalog.ts";

const KILLED = [
  ...["control-plane", "stream-parser", "monitoring", "simulator"],
  ...["postgres", "kafka", "chroma"],
];
const MAKES_DATA = /movies imported|movies embedded|lists of neighbours written|built [0-9a-f]{12}/;
const LIST_OF_20 = /^[^,\s]+(,[^,\s]+){19}$/;

let folder: TemporaryFolder;
let home = "";
let catalog = "";
let port = 0;
let cluster: ClusterProcess;
let firstKafka = "";

beforeAll(async () => {
  folder = temporaryFolder();
  home = join(folder.path, "home");
  catalog = writeSmallCatalog(folder.path);
  port = await freePort();
  cluster = npmStart(home, ["--port", String(port), "--catalog", catalog, "--rate", "20"]);
  firstKafka = (await cluster.ready()).kafkaBrokers;
});
// What a failed test left running is ended by its own process.
afterAll(async () => {
  for (const name of ["home", "other"]) endCluster(join(folder.path, name), "SIGKILL");
  await eventually(() => !canListProcesses() || processesOf(folder.path).length === 0);
  folder[Symbol.dispose]();
});

describe("npm start", () => {
  it("serves 20 movies after its first start", async () => {
    const file = clusterOf(home);
    expect(file.publicUrl).toBe(`http://127.0.0.1:${port}`);
    expect(await recommend(file.publicUrl, 42)).toMatch(LIST_OF_20);
    expect(await movieCount(file.postgresUrl)).toBeGreaterThanOrEqual(SMALL_CATALOG_MOVIES);
  });

  it("says what runs where, without the password, which only its owner can read", () => {
    const file = clusterOf(home);
    const password = new URL(file.postgresUrl).password;
    for (const url of [file.publicUrl, file.chromaUrl, file.kafkaBrokers]) {
      expect(cluster.output()).toContain(url);
    }
    expect(cluster.output()).not.toContain(password);
    expect(statSync(clusterFilePath(home)).mode & 0o777).toBe(0o600);
    expect(Object.keys(file.services)).toEqual(
      expect.arrayContaining(["postgres", "kafka", "chroma", "stream-parser", "control-plane"]),
    );
  });

  it("listens on 127.0.0.1 alone", (test) => {
    test.skip(!canListProcesses(), "there is no /proc to list processes by");
    const file = clusterOf(home);
    const pids = processesOf(home).map((line) => parseInt(line, 10));
    const listening = listeningOf(pids);
    const ports = new Set(listening.map((socket) => socket.port));
    const urls = [file.postgresUrl, file.chromaUrl, `http://${file.kafkaBrokers}`];
    const served = Object.values(file.services).flatMap(({ url }) => url ?? []);
    for (const url of [...urls, ...served]) expect(ports).toContain(Number(new URL(url).port));
    expect(listening.filter(({ address }) => address !== "127.0.0.1")).toEqual([]);
  });

  it("brings the simulated platform's stream into the database", async () => {
    const url = clusterOf(home).postgresUrl;
    await eventually(async () => (await count(url, "interactions")) > 0);
  });

  it("puts logs aside while everything runs on", async (test) => {
    test.skip(!canListProcesses(), "there is no /proc to find the writers by");
    const logs = join(home, "logs");
    const names = ["postgres", "kafka", "stream-parser", "control-plane", "load-balancer"];
    const paths = names.map((name) => join(logs, `${name}.log`));
    expect(rotateLogs(logs, 1)).toEqual(expect.arrayContaining(paths));
    const { publicUrl, postgresUrl } = clusterOf(home);
    expect(await recommend(publicUrl, 42)).toMatch(LIST_OF_20);
    const before = await linesTaken(postgresUrl);
    await eventually(async () => (await linesTaken(postgresUrl)) > before);
    expect(cluster.output()).not.toContain("starting it again");
  });

  it("refuses a home in use, and a port in use, each in one line", async () => {
    const other = String(await freePort());
    const [sameHome, samePort] = [
      npmStart(home, ["--port", other]),
      npmStart(join(folder.path, "other"), ["--port", String(port)]),
    ];
    expect([await sameHome.ended(), await samePort.ended()]).toEqual([1, 1]);
    expect(complaints(sameHome)).toEqual([expect.stringContaining("a cluster runs in")]);
    expect(complaints(samePort)).toEqual([expect.stringContaining(`port ${port} is in use`)]);
  });

  it("answers every request while one process after the other is killed, and starts it again", async () => {
    const load = steadyLoad(clusterOf(home).publicUrl, 4);
    for (const name of KILLED) await killed(name);
    const before = replicasOf(home);
    expect(before).toHaveLength(2);
    process.kill(before[0] ?? 0, "SIGKILL");
    await eventually(() => replicasOf(home).filter((pid) => !before.includes(pid)).length === 1);
    // The workers behind the public socket are replaced; whoever holds it stays.
    process.kill(pidOf(home, "load-balancer"), "SIGHUP");
    const asked = load.asked.length;
    await eventually(() => load.asked.length > Math.max(1_000, asked + 500));
    const answers = await load.stop();
    expect(answers.filter(isWrong)).toEqual([]);
  });

  it("starts load-balancer again when it was killed", () => killed("load-balancer"));

  it("leaves no process when interrupted", async (test) => {
    test.skip(!canListProcesses(), "there is no /proc to list processes by");
    expect(processesOf(home).length).toBeGreaterThan(8);
    endCluster(home, "SIGINT");
    expect(await cluster.ended()).toBe(0);
    expect(cluster.output().trimEnd().split("\n").at(-1)).toBe("stopped");
    expect(processesOf(home)).toEqual([]);
    expect(readClusterFile(home)).toBeUndefined();
  });

  it("makes no data a second time, keeps them and the ports, and a second cluster runs beside it", async () => {
    expect(cluster.output()).toMatch(MAKES_DATA);
    const otherHome = join(folder.path, "other");
    cluster = npmStart(home, ["--port", String(port), "--no-simulator"]);
    const file = await cluster.ready();
    expect(cluster.output()).not.toMatch(MAKES_DATA);
    expect(await movieCount(file.postgresUrl)).toBeGreaterThanOrEqual(SMALL_CATALOG_MOVIES);
    expect(await count(file.postgresUrl, "interactions")).toBeGreaterThan(0);
    expect(await count(file.postgresUrl, "bundles")).toBe(1);
    expect(file.kafkaBrokers).toBe(firstKafka);

    const args = ["--port", String(await freePort()), "--catalog", catalog, "--no-simulator"];
    const other = await npmStart(otherHome, args).ready();
    expect(await recommend(other.publicUrl, 7)).toMatch(LIST_OF_20);
    expect(await recommend(file.publicUrl, 7)).toMatch(LIST_OF_20);
    expect(await count(other.postgresUrl, "interactions")).toBe(0);
  });

  it("leaves no process when the parent was killed", async (test) => {
    test.skip(!canListProcesses(), "there is no /proc to list processes by");
    expect(processesOf(folder.path).length).toBeGreaterThan(16);
    for (const name of ["home", "other"]) endCluster(join(folder.path, name), "SIGKILL");
    await eventually(() => processesOf(folder.path).length === 0);
  });

  it.each([
    ["a server that is not there", "postgres://nobody:secret@127.0.0.1:1/canarec"],
    ["no address of a Postgres", "http://127.0.0.1:8080/secret"],
  ])("says in one line that DATABASE_URL is wrong: %s", async (_what, url) => {
    const started = npmStart(
      join(folder.path, "third"),
      ["--port", String(await freePort()), "--catalog", catalog],
      { DATABASE_URL: url, KAFKA_BROKERS: "127.0.0.1:1" },
    );
    expect(await started.ended()).toBe(1);
    expect(complaints(started)).toHaveLength(1);
    expect(started.output()).not.toContain("secret");
  });
});

/** The lines in which it says why it ends; npm's own are not among them. */
function complaints(process_: ClusterProcess): string[] {
  return process_
    .output()
    .split("\n")
    .filter((line) => line.startsWith("canarec: "));
}

function clusterOf(ofHome: string) {
  const file = readClusterFile(ofHome);
  if (file === undefined) throw new Error(`no cluster.json in ${ofHome}`);
  return file;
}

/** Kill a process of the cluster, and wait until another is in its place. */
async function killed(name: string): Promise<void> {
  const before = pidOf(home, name);
  process.kill(before, "SIGKILL");
  await eventually(() => pidOf(home, name) !== before && isAlive(pidOf(home, name)));
  expect(cluster.output()).toContain(`${name.padEnd(18)} ended by SIGKILL`);
  expect(await recommend(clusterOf(home).publicUrl, 42)).toMatch(LIST_OF_20);
}

function pidOf(ofHome: string, name: string): number {
  return clusterOf(ofHome).services[name]?.pid ?? 0;
}

/** Processes of inference that run. */
function replicasOf(ofHome: string): number[] {
  return readStates(ofHome)
    .filter(isLive)
    .flatMap(({ pid }) => pid ?? []);
}

function endCluster(ofHome: string, signal: NodeJS.Signals): void {
  const file = readClusterFile(ofHome);
  if (file !== undefined && isAlive(file.pid)) process.kill(file.pid, signal);
}

async function recommend(url: string, userId: number): Promise<string> {
  const answer = await fetch(`${url}/recommend/${userId}`);
  expect(answer.status).toBe(200);
  return answer.text();
}

/** Lines of the stream that are committed, of all partitions. */
async function linesTaken(url: string): Promise<number> {
  return number(url, "select sum(lines_total)::int as number from stream_offsets");
}

async function movieCount(url: string): Promise<number> {
  return count(url, "movies");
}

function count(url: string, table: string): Promise<number> {
  return number(url, `select count(*)::int as number from ${table}`);
}

async function number(url: string, sql: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query<{ number: number }>(sql);
    return found.rows[0]?.number ?? 0;
  } finally {
    await client.end();
  }
}
