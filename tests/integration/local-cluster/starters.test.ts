import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startChroma } from "@canarec/local-cluster/chroma";
import { isAlive } from "@canarec/local-cluster/file-lock";
import { startKafka } from "@canarec/local-cluster/kafka";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { ChromaClient } from "chromadb";
import { Kafka, logLevel } from "kafkajs";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../servers.ts";

interface Started {
  readonly name: "postgres" | "kafka" | "chroma";
  readonly url: string;
  readonly pid: number;
}

const ROOT = join(import.meta.dirname, "..", "..", "..");
const cacheDir = process.env["CANAREC_CACHE"];

describe("the starters of Postgres, Kafka and Chroma", () => {
  it("leave nothing behind when their parent is killed, and find the data again", async () => {
    using folder = temporaryFolder();
    const parent = await startParent(folder.path);
    for (const server of parent.servers) await store(server);
    parent.process.kill("SIGKILL");
    await eventually(() => parent.servers.every(({ pid }) => !isAlive(pid)));

    const home = folder.path;
    await using postgres = await startPostgres({ home });
    await using kafka = await startKafka({ home, cacheDir });
    await using chroma = await startChroma({ home });
    expect(await rowCount(postgres.url)).toBe(1);
    expect(await topics(kafka.url)).toContain("kept");
    expect(await collections(chroma.url)).toContain("kept");
  });

  it("take the place of a server that is still going down", async () => {
    using folder = temporaryFolder();
    const parent = await startParent(folder.path);
    parent.process.kill("SIGKILL");
    await using postgres = await startPostgres({ home: folder.path });
    expect(isAlive(postgres.pid)).toBe(true);
  });

  it("take another port where the wanted one is in use, and stop twice without harm", async () => {
    using folder = temporaryFolder();
    using other = temporaryFolder();
    await using first = await startChroma({ home: folder.path });
    const second = await startChroma({ home: other.path, port: first.port });
    expect(second.port).not.toBe(first.port);
    await Promise.all([second.stop(), second.stop()]);
    await second.stop();
    expect(second.isAlive()).toBe(false);
  });

  it("say what the log of a server says that does not start", async () => {
    using folder = temporaryFolder();
    const settings = { shared_buffers: "none" };
    await expect(startPostgres({ home: folder.path, settings })).rejects.toThrow(
      /postgres ended at start: .*shared_buffers.*postgres\.log/,
    );
  });

  it("keep the password of Postgres in a file for its owner alone", async () => {
    using folder = temporaryFolder();
    await using postgres = await startPostgres({ home: folder.path });
    const path = join(folder.path, "secrets", "postgres-password");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(new URL(postgres.url).password).toBe(readFileSync(path, "utf8"));
    expect(readFileSync(join(folder.path, "logs", "postgres.log"), "utf8")).not.toContain(
      readFileSync(path, "utf8"),
    );
    const wrong = new URL(postgres.url);
    wrong.password = "guessed";
    await expect(rowCount(wrong.href)).rejects.toThrow("password authentication failed");
  });

  it("reach a home in a folder that is closed to the user of Postgres", async (test) => {
    test.skip(process.getuid?.() !== 0, "only root runs Postgres as another user");
    using folder = temporaryFolder();
    const closed = join(folder.path, "closed");
    mkdirSync(closed, { mode: 0o700 });
    await using postgres = await startPostgres({ home: join(closed, "home") });
    await query(postgres.url, "select 1");
    expect(statSync(closed).mode & 0o777).toBe(0o700);
  });
});

async function startParent(
  home: string,
): Promise<{ process: ChildProcess; servers: readonly Started[] }> {
  const program = join(import.meta.dirname, "parent.ts");
  const child = spawn(process.execPath, ["--import", "tsx", program, home], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { process: child, servers: JSON.parse(line) as Started[] };
}

async function store(server: Started): Promise<void> {
  if (server.name === "postgres") {
    await query(server.url, "create table kept as select 1 as one");
  } else if (server.name === "kafka") {
    await withAdmin(server.url, (admin) =>
      admin.createTopics({ topics: [{ topic: "kept" }], waitForLeaders: true }),
    );
  } else {
    await chromaClient(server.url).createCollection({ name: "kept", embeddingFunction: null });
  }
}

async function rowCount(url: string): Promise<number | null> {
  return (await query(url, "select from kept")).rowCount;
}

async function query(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

function topics(broker: string): Promise<string[]> {
  return withAdmin(broker, (admin) => admin.listTopics());
}

type Admin = ReturnType<Kafka["admin"]>;

async function withAdmin<T>(broker: string, task: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await task(admin);
  } finally {
    await admin.disconnect();
  }
}

async function collections(url: string): Promise<string[]> {
  return (await chromaClient(url).listCollections()).map(({ name }) => name);
}

function chromaClient(url: string): ChromaClient {
  const { hostname, port } = new URL(url);
  return new ChromaClient({ host: hostname, port: Number(port), ssl: false });
}

async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 100)); // the test's limit ends it
}
