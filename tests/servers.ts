import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "@canarec/db-utils/database";
import { migrate } from "@canarec/db-utils/migrations";
import { ChromaClient } from "chromadb";
import { Kafka, logLevel } from "kafkajs";
import pg from "pg";
import { inject } from "vitest";

/** The addresses of the servers that the whole run shares. */
export function sharedServers(): { databaseUrl: string; brokers: string[]; chromaUrl: string } {
  return {
    databaseUrl: inject("databaseUrl"),
    brokers: inject("kafkaBrokers").split(","),
    chromaUrl: inject("chromaUrl"),
  };
}

export interface FreshDatabase extends AsyncDisposable {
  readonly url: string;
}

/** A database of one's own with every migration applied; gone when disposed. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const template = `canarec_${inject("runId")}_template`;
  return createDatabase(async (client, name) => {
    await ensureTemplate(client, template);
    await client.query(`create database ${name} template ${template}`);
  });
}

/** A database of one's own without any table; gone when disposed. */
export function emptyDatabase(): Promise<FreshDatabase> {
  return createDatabase(async (client, name) => {
    await client.query(`create database ${name}`);
  });
}

async function createDatabase(
  create: (client: pg.Client, name: string) => Promise<void>,
): Promise<FreshDatabase> {
  const name = uniqueName("canarec");
  await withClient(inject("databaseUrl"), (client) => create(client, name));
  const drop = (client: pg.Client) => client.query(`drop database if exists ${name} with (force)`);
  return {
    url: databaseUrl(name),
    [Symbol.asyncDispose]: async () => {
      await withClient(inject("databaseUrl"), drop);
    },
  };
}

/** Migrations are applied once a run; every database after the first is a copy of files. */
async function ensureTemplate(client: pg.Client, template: string): Promise<void> {
  await client.query("select pg_advisory_lock(hashtext($1))", [template]);
  try {
    const found = await client.query("select from pg_database where datname = $1", [template]);
    if (found.rowCount === 1) return;
    const making = `${template}_new`;
    await client.query(`drop database if exists ${making} with (force)`);
    await client.query(`create database ${making}`);
    {
      await using database = await openDatabase(databaseUrl(making));
      await migrate(database);
    }
    await client.query(`alter database ${making} rename to ${template}`);
  } finally {
    await client.query("select pg_advisory_unlock(hashtext($1))", [template]);
  }
}

async function withClient<T>(url: string, task: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await task(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(name: string): string {
  const url = new URL(inject("databaseUrl"));
  url.pathname = `/${name}`;
  return url.href;
}

export interface FreshTopic extends AsyncDisposable {
  readonly topic: string;
  readonly brokers: string[];
}

/** A topic of one's own; gone when disposed. */
export async function freshTopic(partitions = 2): Promise<FreshTopic> {
  const { brokers } = sharedServers();
  const topic = uniqueName("topic");
  const admin = new Kafka({ clientId: "tests", brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({
    topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }],
    waitForLeaders: false, // kafkajs gives up where the broker has not heard of the topic yet
  });
  await untilLed(() => admin.fetchTopicOffsets(topic));
  return {
    topic,
    brokers,
    [Symbol.asyncDispose]: async () => {
      await admin.deleteTopics({ topics: [topic] }).catch(() => undefined); // a test may have done it
      await admin.disconnect();
    },
  };
}

const LED_TRIES = 100;

/** Ask until every partition of a new topic has its leader. */
async function untilLed(ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ask();
      return;
    } catch (failure) {
      if (attempt === LED_TRIES) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export interface FreshCollection extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
}

/** The name of a Chroma collection that nobody else uses; if made, it is gone when disposed. */
export function freshCollection(): FreshCollection {
  const name = uniqueName("movies");
  const url = inject("chromaUrl");
  return {
    name,
    url,
    [Symbol.asyncDispose]: async () => {
      const { hostname, port } = new URL(url);
      const client = new ChromaClient({ host: hostname, port: Number(port), ssl: false });
      await client.deleteCollection({ name }).catch(() => undefined); // it may never have been made
    },
  };
}

export interface TemporaryFolder extends Disposable {
  readonly path: string;
}

/** A folder of one's own; gone when disposed. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), "canarec-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function uniqueName(kind: string): string {
  return `${kind}_${inject("runId")}_${randomBytes(6).toString("hex")}`;
}
