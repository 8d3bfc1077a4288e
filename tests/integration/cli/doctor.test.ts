import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type Server as TcpServer, type Socket, createServer as createTcpServer } from "node:net";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { createNoticeRepository } from "@canarec/db-utils/notices/notice-repository";
import { createControlRepository } from "@canarec/db-utils/releases/control-repository";
import { writeClusterFile } from "@canarec/local-cluster/cluster-file";
import { unreadableText } from "@canarec/monitoring/tags/tag-notices";
import { Resources } from "@canarec/service-kit/lifecycle";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type FreshTopic,
  type TemporaryFolder,
  freshDatabase,
  freshTopic,
  sharedServers,
  temporaryFolder,
} from "../../servers.ts";
import { insertMovies } from "../db-utils/catalogue-fixture.ts";
import { canarec, canarecJson } from "./called-canarec.ts";

const opened = new Resources();
let home: TemporaryFolder;
let stream: FreshTopic;
let database: Database;
let env: Record<string, string>;

beforeAll(async () => {
  home = temporaryFolder();
  opened.defer(() => home[Symbol.dispose]());
  stream = opened.use(await freshTopic(2));
  const fresh = opened.use(await freshDatabase());
  database = opened.use(await openDatabase(fresh.url));
  await insertMovies(database, 3);
  await database.pool.query("update movies set title = movie_id, metadata_state = 'known'");
  env = {
    DATABASE_URL: fresh.url,
    KAFKA_BROKERS: stream.brokers.join(","),
    CHROMA_URL: sharedServers().chromaUrl,
    STREAM_TOPIC: stream.topic,
    CANAREC_HOME: home.path,
  };
  await canarecJson(["bundle", "build"], { env });
});
afterAll(() => opened[Symbol.asyncDispose]());

interface Check {
  readonly check: string;
  readonly state: string;
  readonly says: string;
  readonly todo: string | null;
}

/** What it says by check; the machine's own disk and ports are not ours to judge. */
async function diagnose(given = env) {
  const { code, out, err } = await canarec(["doctor", "--json"], { env: given });
  const { checks, problems } = JSON.parse(out) as { checks: Check[]; problems: number };
  const found = Object.fromEntries(checks.map((one) => [one.check, one]));
  const states = Object.fromEntries(checks.map(({ check, state }) => [check, state]));
  return { code, out, err, checks, problems, found, states };
}

describe("canarec doctor", () => {
  it("finds nothing wrong where nothing is, but that no backup was proven", async () => {
    const { code, states, found, problems } = await diagnose();
    expect(states).toMatchObject({
      ...{ node: "ok", java: "ok", cluster: "ok", postgres: "ok", schema: "ok", jobs: "ok" },
      ...{ "clock of postgres": "ok", "bundle (newest)": "ok", kafka: "ok", chroma: "ok" },
      [`offsets ${stream.topic}/0`]: "ok",
      [`offsets ${stream.topic}/1`]: "ok",
      backups: "warning",
    });
    expect(found["backups"]?.todo).toContain("canarec db backup");
    expect({ code, problems }).toEqual({ code: 0, problems: 0 });
  });

  it("finds what is broken, each with what to do, and shows no secret", async () => {
    const token = path.join(home.path, "control-token");
    writeFileSync(token, "top-secret");
    chmodSync(token, 0o644);
    mkdirSync(path.join(home.path, "backups", "canarec-20240101T000000Z"), { recursive: true });
    await loseLines();
    await database.pool.query(`
      update bundle_chunks set bytes = '\\x00' where artifact = (select min(artifact) from bundle_chunks);
      insert into job_runs (started_at, finished_at, job, state) values (now(), now(), 'statistics', 'failed');
      insert into stream_offsets (topic, partition, next_offset) values ('${stream.topic}', 0, 1),
        ('${stream.topic}', 1, 99), ('${stream.topic}', 7, 5);
      insert into movies (movie_id, source) select 'm' || i, 'stream' from generate_series(1, 50000) as i;
      insert into movie_embeddings
        select 'movies-minilm-l6-v2-int8-t1', movie_key, 'hash', now() from movies where source = 'stream'`);
    const { code, err, out, found, states, checks, problems } = await diagnose();
    expect(states).toMatchObject({
      ...{ "bundle (newest)": "problem", "secret control-token": "problem", jobs: "warning" },
      ...{ vectors: "problem", "backup canarec-20240101T000000Z": "warning" },
      [`offsets ${stream.topic}/0`]: "problem",
      [`offsets ${stream.topic}/1`]: "problem",
      [`offsets ${stream.topic}/7`]: "problem",
    });
    expect(found[`offsets ${stream.topic}/0`]?.says).toContain("2 lines were removed");
    for (const { check, state, todo } of checks) expect(todo !== null, check).toBe(state !== "ok");
    expect({ code, err }).toEqual({ code: 1, err: `canarec: ${problems} problems\n` });
    expect(out).not.toContain("top-secret");
    expect(out).not.toContain(`:${new URL(env["DATABASE_URL"] ?? "").password}@`);
  });

  it("names a replica that gives no answer, and a repository of tags that cannot be read", async () => {
    await using well = await answering(503, { ready: false });
    await using silent = await neverAnswering();
    await database.pool.query(
      `insert into releases (release_id, kind, ref, code, build, plan, plan_hash, actor, source, submitted_at) overriding system value
       values (1, 'main', 'HEAD', $1, 'b', '{}', repeat('c', 64), 'me', 'cli', now())`,
      ["a".repeat(40)],
    );
    const control = createControlRepository(database);
    const row = { releaseId: 1, runtime: "process", state: "ready", handle: null } as const;
    const startedAt = new Date();
    await control.saveReplica({ ...row, name: "r1-1", url: well.url, startedAt });
    const all = await diagnose();
    expect(all.found["replicas"]).toMatchObject({ state: "ok", says: "all 1 answer" });
    expect(all.states).not.toHaveProperty("tags");
    await control.saveReplica({ ...row, name: "r1-2", url: silent.url, startedAt });
    const text = unreadableText("git says: no such repository", startedAt);
    const notice = { key: "tags-unreadable-2026-03-01", kind: "tag", text };
    await createNoticeRepository(database).write(notice, { at: startedAt });
    const { states, found } = await diagnose();
    expect(states).toMatchObject({ "replica r1-2": "problem", tags: "warning" });
    expect(states).not.toHaveProperty("replica r1-1");
    expect(found["tags"]?.says).toContain("no such repository");
  });

  it("works when every server is down, and when the schema is not there", async () => {
    const dead = "127.0.0.1:1";
    const down = await diagnose({
      ...{ DATABASE_URL: `postgres://canarec:pass-word@${dead}/canarec`, KAFKA_BROKERS: dead },
      ...{ CHROMA_URL: `http://${dead}`, CANAREC_HOME: home.path },
    });
    expect(down.states).toMatchObject({
      ...{ node: "ok", postgres: "problem", kafka: "problem", chroma: "problem" },
    });
    expect(down.code).toBe(1);
    expect(down.out).not.toContain("pass-word");

    await database.pool.query("delete from schema_migrations");
    const bare = await diagnose({ ...env, KAFKA_BROKERS: dead, CHROMA_URL: `http://${dead}` });
    expect(bare.found["schema"]).toMatchObject({ state: "problem", todo: "canarec db migrate" });
  });

  it("tells of a cluster that was killed, and of a damaged file of it", async () => {
    using other = temporaryFolder();
    const none = await diagnose({ CANAREC_HOME: other.path });
    expect(none.found["cluster"]).toMatchObject({ state: "problem" });
    writeFileSync(path.join(other.path, "cluster.json"), "{");
    chmodSync(path.join(other.path, "cluster.json"), 0o600);
    writeFileSync(path.join(other.path, "control-token"), "new", { mode: 0o600 });
    const damaged = await diagnose({ CANAREC_HOME: other.path });
    expect(damaged.found["backups"]?.state).toBe("ok"); // of a new home none has been due
    expect(damaged.found["cluster"]?.says).toMatch(/cluster\.json is damaged/);
  });
});

describe("canarec doctor, of a cluster that runs", () => {
  it("asks each service whether it is ready, and what its clock says", async () => {
    await using late = await answering(200, { ready: true }, -60_000);
    await using degraded = await answering(200, { ready: true, degraded: "failing jobs: backup" });
    await using plain = await answering(200);
    await using odd = await answering(404);
    await using silent = await saysNothing();
    await using away = await answering(503, { ready: false, reason: "no database" });
    using other = temporaryFolder();
    const [url, pid] = ["http://127.0.0.1:1", process.pid];
    writeClusterFile(other.path, {
      ...{ pid, startedAt: new Date().toISOString(), chromaUrl: url },
      ...{
        publicUrl: "http://127.0.0.1:28082",
        postgresUrl: "postgres://canarec:pass-word@127.0.0.1:1/canarec",
      },
      ...{ kafkaBrokers: silent.address, streamTopic: "movielog", streamZone: "UTC", ratingMax: 5 },
      ...{ minilmPath: null, controlUrl: null, releaseRepository: null },
      ...{ hideAdult: false, watchedAboveShare: 0 },
      backups: { folder: path.join(other.path, "elsewhere"), daily: 7, weekly: 4 },
      services: {
        "stream-parser": { url: late.url, pid },
        monitoring: { url: degraded.url, pid },
        "control-plane": { url: away.url, pid },
        "load-balancer": { url, pid },
        prometheus: { url, readyUrl: `${plain.url}/-/ready`, pid },
        simulator: { url: odd.url, pid },
        postgres: { pid },
        kafka: { pid },
      },
    });
    const { states, found, out } = await diagnose({ CANAREC_HOME: other.path });
    expect(states).toMatchObject({
      ...{ cluster: "ok", "secret cluster.json": "ok", "secret control-token": "problem" },
      ...{ "service stream-parser": "ok", "clock of stream-parser": "problem" },
      ...{ "service monitoring": "warning", "service control-plane": "problem" },
      ...{ "service load-balancer": "problem", postgres: "problem" },
    });
    expect(found["service prometheus"]?.says).toBe("ready");
    expect(found["service simulator"]?.says).toBe("answers with 404");
    expect(found["port 28082"]?.state).toBe("ok");
    expect(found["kafka"]).toMatchObject({ state: "problem" });
    for (const name of ["postgres", "kafka"]) {
      expect(found[name]?.todo).toContain(path.join(other.path, "logs", `${name}.log`));
    }
    expect(found["chroma"]?.todo).toContain("start it, or set CHROMA_URL");
    expect(states).not.toHaveProperty("service postgres");
    expect(states).not.toHaveProperty("clock of monitoring");
    expect(found["service control-plane"]?.says).toBe("no database");
    expect(found["backups"]?.todo).toContain(path.join(other.path, "elsewhere"));
    expect(out).not.toContain("pass-word");
  });
});

/** A service whose readiness is this, and whose clock is so far ahead of ours. */
async function answering(status: number, readiness?: object, aheadMs = 0) {
  const server = createServer((_request, response) => {
    const date = new Date(Date.now() + aheadMs);
    response.writeHead(status, { "content-type": "application/json", date: date.toUTCString() });
    response.end(readiness === undefined ? "Ready." : JSON.stringify(readiness));
  });
  const url = `http://127.0.0.1:${await portOf(server)}`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A server that takes connections and says nothing, as a broker that hangs. */
async function saysNothing() {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => sockets.push(socket));
  const address = `127.0.0.1:${await portOf(server)}`;
  return {
    address,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

async function portOf(server: TcpServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Takes connections, and says nothing. */
async function neverAnswering() {
  const server = createServer(() => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** The first three lines of partition 0 are gone from the log. */
async function loseLines(): Promise<void> {
  const kafka = new Kafka({
    clientId: "tests",
    brokers: stream.brokers,
    logLevel: logLevel.NOTHING,
  });
  const { topic } = stream;
  const producer = kafka.producer();
  await producer.connect();
  const messages = Array.from({ length: 5 }, (_, i) => ({ value: String(i), partition: 0 }));
  await producer.send({ topic, messages });
  await producer.disconnect();
  const admin = kafka.admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic); // else it does not know who leads
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "3" }] });
  await admin.disconnect();
}
