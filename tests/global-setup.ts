import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChroma } from "@canarec/local-cluster/chroma";
import { startKafka } from "@canarec/local-cluster/kafka";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { Resources } from "@canarec/service-kit/lifecycle";
import type { TestProject } from "vitest/node";

/** What every integration test finds running; `inject(name)` hands it out. */
interface SharedServers {
  readonly databaseUrl: string;
  /** `host:port,host:port` */
  readonly kafkaBrokers: string;
  readonly chromaUrl: string;
  /** In the name of everything that the tests make, so that runs on the same servers do not meet. */
  readonly runId: string;
}

declare module "vitest" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- widens vitest's own interface
  interface ProvidedContext extends SharedServers {}
}

/** Lost at a power failure, which no test survives: writes need not wait for the disk. */
const FAST = { fsync: "off", full_page_writes: "off", synchronous_commit: "off" };

/** One Postgres, one Kafka and one Chroma for the whole run, where no variable names one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await using started = new Resources();
  const home = mkdtempSync(join(tmpdir(), "canarec-test-"));
  started.defer(() => rmSync(home, { recursive: true, force: true }));
  const env = process.env;
  const [databaseUrl, kafkaBrokers, chromaUrl] = await Promise.all([
    env["DATABASE_URL"] ?? urlOf(started, startPostgres({ home, settings: FAST })),
    env["KAFKA_BROKERS"] ?? urlOf(started, startKafka({ home, cacheDir: env["CANAREC_CACHE"] })),
    env["CHROMA_URL"] ?? urlOf(started, startChroma({ home })),
  ]);
  project.provide("databaseUrl", databaseUrl);
  project.provide("kafkaBrokers", kafkaBrokers);
  project.provide("chromaUrl", chromaUrl);
  project.provide("runId", randomBytes(4).toString("hex"));
  const owned = started.move();
  return () => owned[Symbol.asyncDispose]();
}

async function urlOf(
  started: Resources,
  starting: Promise<AsyncDisposable & { url: string }>,
): Promise<string> {
  return started.use(await starting).url;
}
