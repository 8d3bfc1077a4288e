import { ChromaClient } from "chromadb";
import { Kafka, logLevel } from "kafkajs";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { emptyDatabase, freshCollection, freshDatabase, freshTopic } from "../../servers.ts";

describe("the servers that integration tests share", () => {
  it("give a database of one's own with every table", async () => {
    await using database = await freshDatabase();
    await using empty = await emptyDatabase();
    expect(await tableCount(database.url)).toBeGreaterThan(20);
    expect(await tableCount(empty.url)).toBe(0);
  });

  it("give a topic of one's own", async () => {
    await using fresh = await freshTopic(3);
    const kafka = new Kafka({ brokers: fresh.brokers, logLevel: logLevel.ERROR });
    const admin = kafka.admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [fresh.topic] });
    await admin.disconnect();
    expect(topics[0]?.partitions).toHaveLength(3);
  });

  it("give a collection of one's own", async () => {
    await using fresh = freshCollection();
    const { hostname, port } = new URL(fresh.url);
    const client = new ChromaClient({ host: hostname, port: Number(port), ssl: false });
    const collection = await client.createCollection({ name: fresh.name, embeddingFunction: null });
    await collection.add({ ids: ["1"], embeddings: [[1, 0, 0]] });
    expect(await collection.count()).toBe(1);
  });
});

async function tableCount(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const found = await client.query("select from pg_tables where schemaname = 'public'");
  await client.end();
  return found.rowCount ?? 0;
}
